import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "@/i18n";
import { buttonClass } from "@/ui/Button";
import { Empty } from "@/ui/Empty";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty icon={Compass} title={t("error.not_found")} hint={t("error.not_found_do")}>
      <Link to="/" className={buttonClass()}>{t("nav.home")}</Link>
    </Empty>
  );
}
