// What the identity provider is to be told of us, and whether it can be worked with.
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { api, dataOf } from "@/api/client";
import { ErrorWords } from "@/app/ErrorWords";
import { Button } from "@/ui/Button";
import { isolated } from "@/ui/isolated";
import { Failure } from "../states";

export function IdentityCheck() {
  const { t } = useTranslation();
  const setup = useQuery({ queryKey: ["identity-setup"], queryFn: ({ signal }) => dataOf(api.GET("/api/system/identity", { signal })) });
  const testing = useMutation({ mutationFn: () => dataOf(api.POST("/api/system/identity/test")) });
  const { data: result } = testing;
  return (
    <div className="flex flex-col gap-3 border-t p-4 text-sm">
      {setup.error && <Failure error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.data && (
        <dl className="flex flex-col gap-3">
          <div>
            <dt className="font-semibold">{t("identity.redirect")}</dt>
            <dd><code className="words select-all">{setup.data.redirect_uri}</code></dd>
          </div>
          <div>
            <dt className="font-semibold">{t("identity.secret")}</dt>
            <dd className="text-muted">{t(setup.data.has_secret ? "identity.has_secret" : "identity.no_secret")}</dd>
          </div>
        </dl>
      )}
      <Button className="self-start" busy={testing.isPending} onClick={() => testing.mutate()}>{t("identity.test")}</Button>
      <div role="status" className="words empty:hidden">
        {result && !testing.isPending && (result.fault === null ? <p className="font-semibold text-accent-text">{t("identity.works")}</p>
          : <p className="text-warn">{t(`identity.${result.fault}`, { found: isolated(result.found ?? "") })}</p>)}
      </div>
      {testing.error && <ErrorWords error={testing.error} />}
    </div>
  );
}
