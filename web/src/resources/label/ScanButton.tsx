// Opens the camera for a label; its dialog comes when somebody wants it.
import { useNavigate } from "@tanstack/react-router";
import { ScanLine } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation, withMore } from "@/i18n";
import { Button } from "@/ui/Button";

const ScanDialog = lazy(() => withMore(import("./ScanDialog")));

/** Where nobody says what becomes of the code, the page of the label opens. */
export default function ScanButton({ onCode }: { onCode?: (code: string) => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const follow = (code: string) => {
    setOpen(false);
    if (onCode) onCode(code);
    else void navigate({ to: "/t/$code", params: { code } });
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}><ScanLine aria-hidden className="size-4" />{t("scan.title")}</Button>
      {isOpen && <Suspense><ScanDialog onCode={follow} onClose={() => setOpen(false)} /></Suspense>}
    </>
  );
}
