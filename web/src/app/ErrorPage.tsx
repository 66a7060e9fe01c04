import { Link, type ErrorComponentProps } from "@tanstack/react-router";
import { CloudOff, TriangleAlert } from "lucide-react";
import { Unreachable } from "@/api/problem";
import { Button, buttonClass } from "@/ui/Button";
import { ErrorWords } from "./ErrorWords";
import { useTranslation } from "@/i18n";

/** In place of the whole app, when not even that could be shown. */
export const ErrorMain = (props: ErrorComponentProps) => <main><ErrorPage {...props} /></main>;

/** In place of a page that could not be shown: what happened, what to do, and the id that leads to the trace. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const { t } = useTranslation();
  const Icon = error instanceof Unreachable ? CloudOff : TriangleAlert;
  return (
    <div className="mx-auto flex max-w-md flex-col items-start gap-4 px-6 py-20">
      <Icon aria-hidden className="size-10 text-edge" strokeWidth={1.5} />
      <h1>{t("error.title")}</h1>
      <ErrorWords error={error} />
      <div className="flex gap-3">
        <Button kind="primary" onClick={() => (reset ? reset() : location.reload())}>{t("common.retry")}</Button>
        <Link to="/" className={buttonClass()}>{t("nav.home")}</Link>
      </div>
    </div>
  );
}
