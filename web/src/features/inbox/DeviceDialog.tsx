// Whether this device is told what happens while the app is closed; and which others are.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { BellRing, Smartphone, X } from "lucide-react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { browserOf } from "@/app/browser";
import { ErrorWords } from "@/app/ErrorWords";
import { useMe } from "@/app/session";
import { deviceState, leaveDevice, tellThisDevice, type DeviceState } from "@/resources/inbox/device";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { When } from "@/ui/time";

const KEY = ["inbox", "devices"] as const;
const STATE = ["inbox", "device"] as const;

export default function DeviceDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const { data, error } = useQuery({ queryKey: KEY, queryFn: ({ signal }) => dataOf(api.GET("/api/me/push", { signal })), staleTime: 0 });
  const state = useQuery({ queryKey: STATE, queryFn: () => deviceState(me.id), staleTime: 0 }).data;
  const refresh = () => Promise.all([client.invalidateQueries({ queryKey: KEY }), client.invalidateQueries({ queryKey: STATE })]);
  const turning = useMutation({
    mutationFn: async (isOn: boolean): Promise<DeviceState> => {
      if (isOn) return tellThisDevice(me.id, data!.key!);
      const mine = data!.devices.find(({ current }) => current);
      await leaveDevice();
      if (mine) await dataOf(api.DELETE("/api/me/push/{id}", { params: { path: { id: mine.id } } }));
      return "ready";
    },
    onSettled: refresh,
  });
  const removing = useMutation({
    mutationFn: async ({ id, current }: { id: string; current: boolean }) => {
      if (current) await leaveDevice();
      await dataOf(api.DELETE("/api/me/push/{id}", { params: { path: { id } } }));
    },
    onSettled: refresh,
  });
  const isOff = data?.key === null;
  // The subscription is the browser's; that it is told is the server's to know.
  const isOn = state === "on" && data?.devices.some(({ current }) => current) === true;
  return (
    <Dialog title={t("device.title")} onClose={onClose}>
      <p className="mb-4 text-sm text-muted">{t("device.hint")}</p>
      {error && <ErrorWords error={error} />}
      {!data || state === undefined ? !error && <div aria-busy className="skeleton h-24 rounded-lg bg-sunken" /> : (
        <div role="status" className="mb-5 flex flex-col items-start gap-3 text-sm">
          {isOff ? <p>{t("device.off")}</p> : isOn ? <p className="flex items-center gap-2 font-semibold"><BellRing aria-hidden className="size-4 text-accent-text" />{t("device.on")}</p> : state === "ready" || state === "on" ? null : <p>{t(`device.${state}`)}</p>}
          {!isOff && (isOn || state === "ready" || state === "on") && <Button kind={isOn ? undefined : "primary"} busy={turning.isPending} onClick={() => turning.mutate(!isOn)}><BellRing aria-hidden className="size-4" />{t(isOn ? "device.stop" : "device.start")}</Button>}
          {turning.error && <p className="text-danger">{t("device.failed")}</p>}
        </div>
      )}
      {data && data.devices.length > 0 && (
        <section className="mb-5">
          <h3 className="mb-1 text-sm font-semibold">{t("device.all")}</h3>
          <ul className="divide-y text-sm">
            {data.devices.map(({ id, name, added_at, current }) => (
              <li key={id} className="flex items-center gap-3 py-2">
                <Smartphone aria-hidden className="size-4 shrink-0 text-muted" />
                <span className="min-w-0 flex-1"><span className="block truncate">{browserOf(name)}{current && ` (${t("device.this")})`}</span><span className="block text-xs text-muted"><When date={added_at} /></span></span>
                <Button kind="quiet" className="px-2!" aria-label={t("device.remove", { name: browserOf(name) })} busy={removing.isPending} onClick={() => removing.mutate({ id, current })}><X aria-hidden className="size-4" /></Button>
              </li>
            ))}
          </ul>
          {removing.error && <ErrorWords error={removing.error} />}
        </section>
      )}
      <div className="flex justify-end"><Button onClick={onClose}>{t("common.close")}</Button></div>
    </Dialog>
  );
}
