import { useTranslation } from "@/i18n";
import NamedPicker from "@/resources/place/NamedPicker";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Field } from "@/ui/Field";

/** Asks for the place that the list is to be of, with all that is below it. */
export default function PlaceFilter({ value, onPick, onClose }: { value: string; onPick: (id?: string) => void; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("places.filter")} onClose={onClose}>
      <div className="min-h-80">
        <Field label={t("request.place")} hint={t("places.filter_hint")}>{({ id }) => <NamedPicker id={id} noun="location" value={value} autoFocus onPick={(thing) => onPick(thing?.id)} />}</Field>
      </div>
      <div className="mt-2 flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
