// A file as the browser shows it; what it cannot show is there to be taken along.
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "@/i18n";
import { ErrorWords } from "@/app/ErrorWords";
import { Unreachable } from "@/api/problem";
import { addressOf, downloadOf, kindOf, type Attachment } from "@/resources/file/attachment";
import { FileIcon } from "@/resources/file/FileIcon";
import { Zoomable } from "@/resources/file/Zoomable";
import { buttonClass } from "@/ui/Button";

interface Props { request: string; file: Attachment }

export function Content({ request, file }: Props) {
  const { t } = useTranslation();
  const src = addressOf(request, file);
  const kind = kindOf(file.content_type);
  switch (kind) {
    case "picture": return <Zoomable src={src} name={file.filename} />;
    case "video": return <div className="absolute inset-0 bg-black"><video controls preload="metadata" src={src} aria-label={file.filename} className="absolute inset-0 m-auto max-h-full max-w-full" /></div>;
    case "audio": return <div className="grid h-full place-items-center p-6"><audio controls preload="metadata" src={src} aria-label={file.filename} className="w-full max-w-md" /></div>;
    case "text": return <Text src={src} />;
    case "pdf": if (navigator.pdfViewerEnabled) return <iframe src={src} title={file.filename} className="h-full w-full border-0 bg-sunken" />;
  }
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 p-6 text-center text-muted">
      <FileIcon type={file.content_type} className="size-16" />
      <p>{t("files.no_preview")}</p>
      <a href={downloadOf(request, file)} download={file.filename} className={buttonClass("primary")}>{t("files.download")}</a>
      {kind === "pdf" && <a href={src} target="_blank" rel="noopener" className={buttonClass()}>{t("files.open")}</a>}
    </div>
  );
}

/** So much of a text is shown, in bytes. */
const MOST = 200_000;

function Text({ src }: { src: string }) {
  const { t } = useTranslation();
  const { data, error } = useQuery({
    queryKey: ["text", src],
    queryFn: async ({ signal }) => {
      const response = await fetch(src, { signal, headers: { range: `bytes=0-${MOST - 1}` } }).catch((cause: unknown) => { throw new Unreachable(cause); });
      return response.ok ? response.text() : Promise.reject(new Error(response.statusText));
    },
    staleTime: Infinity,
  });
  if (error) return <div className="p-6"><ErrorWords error={error} /></div>;
  return <pre tabIndex={0} dir="auto" aria-busy={data === undefined} className="words h-full overflow-auto p-4 text-sm whitespace-pre-wrap">{data === undefined ? t("common.loading") : data}</pre>;
}
