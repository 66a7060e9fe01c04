import * as RadixToast from "@radix-ui/react-toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import type { Toast } from "./toast";

export default function ToastList({ toasts, onDismiss }: { toasts: Toast[]; onDismiss: (id: number) => void }) {
  const { t } = useTranslation();
  return (
    <RadixToast.Provider duration={6000} swipeDirection="right" label={t("common.system")}>
      {toasts.map(({ id, kind, content }) => (
        <RadixToast.Root
          key={id}
          duration={kind === "failed" ? 12_000 : 5_000}
          type="background"
          onOpenChange={(open) => !open && onDismiss(id)}
          className="flex items-start gap-3 rounded-xl border border-line bg-surface p-4 text-sm shadow-lg"
        >
          {kind === "done" ? <CircleCheck aria-hidden className="size-5 shrink-0 text-accent-text" /> : <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />}
          <RadixToast.Description asChild><div className="min-w-0 flex-1">{content}</div></RadixToast.Description>
          <RadixToast.Close aria-label={t("common.close")} className="-m-2 p-2 text-muted"><X aria-hidden className="size-4" /></RadixToast.Close>
        </RadixToast.Root>
      ))}
      <RadixToast.Viewport className="fixed inset-x-4 bottom-24 z-50 flex flex-col gap-2 outline-none sm:left-auto sm:right-6 sm:bottom-6 sm:w-96" />
    </RadixToast.Provider>
  );
}
