import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "@/i18n";
import type { Schema } from "@/api/types";
import { announce } from "@/app/announce";
import { LiveSocket, type Connection } from "@/live/socket";
import { applyToRequest, lastSeq } from "@/resources/request/live";
import { requestOptions } from "@/resources/request/queries";

/** Keeps the request in the query cache at its newest. Each connection asks for what came after the last event known. */
export function useLiveRequest(id: string, me: string): Connection {
  const client = useQueryClient();
  const { t } = useTranslation();
  const [connection, setConnection] = useState<Connection>("connecting");
  useEffect(() => {
    const { queryKey } = requestOptions(id);
    let isCaughtUp = false;
    const socket = new LiveSocket({
      path: () => `/api/requests/${id}/live?after=${lastSeq(client.getQueryData(queryKey)?.events ?? [])}`,
      message: (heard) => {
        const message = heard as Schema<"RequestMessage">;
        client.setQueryData(queryKey, (view) => view && applyToRequest(view, message));
        if (message.type === "ready") isCaughtUp = true;
        else if (isCaughtUp && message.event.actor.id !== me) {
          announce(t("request.heard", { who: message.event.actor.name, what: t(`event.${message.event.kind}`, { name: "" }) }));
        }
      },
      connection: (now) => {
        setConnection(now);
        if (now !== "live") isCaughtUp = false;
      },
    });
    return () => socket.close();
  }, [client, id, me, t]);
  return connection;
}
