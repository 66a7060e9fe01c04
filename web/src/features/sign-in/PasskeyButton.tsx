// In without a password: by a button, and by what the browser offers in the field for the name (conditional mediation).
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { becomes } from "@/app/session";
import { Button } from "@/ui/Button";

/** The page comes first, in milliseconds. */
const REST_MS = 1_000;
/** A challenge lasts for five minutes; another one is asked for before that, in milliseconds. */
const LASTS_MS = 4 * 60_000;

const options = () => dataOf(api.POST("/api/auth/passkey/options", { body: {} }));

export function PasskeyButton({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const offering = useRef<AbortController>(undefined);
  const entering = useMutation({
    mutationFn: async (offered: AbortSignal | undefined) => {
      const { usePasskey } = await import("@/resources/factor/passkey");
      // A browser asks for one passkey at a time.
      if (!offered) offering.current?.abort();
      const passkey = await usePasskey(await options(), offered);
      await becomes(client, await dataOf(api.POST("/api/auth/passkey", { body: { passkey } })));
    },
    onSuccess: onDone,
  });
  const { mutate } = entering;
  useEffect(() => {
    const offer = async () => {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
      offering.current?.abort();
      offering.current = new AbortController();
      mutate(offering.current.signal);
    };
    if (typeof PublicKeyCredential !== "function") return;
    const [first, again] = [setTimeout(() => void offer(), REST_MS), setInterval(() => void offer(), LASTS_MS)];
    return () => {
      clearTimeout(first);
      clearInterval(again);
      offering.current?.abort();
    };
  }, [mutate]);
  if (typeof PublicKeyCredential !== "function") return null;
  const isQuiet = entering.error instanceof DOMException || (entering.variables !== undefined && entering.error?.name !== "ApiError");
  return (
    <>
      {entering.error && !isQuiet && <ErrorWords error={entering.error} />}
      <Button className="sm:min-h-11" busy={entering.isPending && entering.variables === undefined} onClick={() => entering.mutate(undefined)}><KeyRound aria-hidden className="size-4" />{t("sign_in.passkey")}</Button>
    </>
  );
}
