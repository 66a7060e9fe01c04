// What a form knows of the files that are put to it, without loading what handles them. A draft with files is none that is empty: it
// holds their keys. On another device, which does not have them, these stay as they are.
import { useRef, useState } from "react";
import type { DraftInUse } from "@/drafts/useDraft";
import type { KeptFile } from "@/offline/files";

export interface Attached {
  files: readonly KeptFile[];
  isComing: boolean;
  /** What makes the ways to attach those of this draft. */
  props: { elsewhere: number; onChange: OnFiles };
  /** What handles them. It came with the ways to attach: a page without a network could not load it now. */
  drafted: () => Promise<Drafted>;
}

type Drafted = Pick<typeof import("./drafted"), "release" | "takeBack" | "unchoose">;
export type OnFiles = (files: readonly KeptFile[], isComing: boolean, drafted: Drafted) => void;

export interface WithFiles { files?: string[] }

export function useAttached<V extends WithFiles>(draft: DraftInUse<V>): Attached {
  const [state, setState] = useState<{ files: readonly KeptFile[]; isComing: boolean }>({ files: [], isComing: false });
  /** The draft of which there were files here. */
  const had = useRef<string>(undefined);
  const handling = useRef<Drafted>(undefined);
  const onChange: OnFiles = (files, isComing, drafted) => {
    handling.current = drafted;
    setState({ files, isComing });
    const keys = files.length > 0 ? files.map(({ key }) => key) : undefined;
    const isNews = String(keys) !== String(draft.now().files);
    if (isNews && (keys !== undefined || had.current === draft.id)) draft.change({ files: keys } as Partial<V>);
    if (keys !== undefined) had.current = draft.id;
  };
  const elsewhere = had.current === draft.id ? 0 : (draft.values.files?.length ?? 0);
  return { ...state, props: { elsewhere, onChange }, drafted: async () => handling.current ?? import("./drafted") };
}
