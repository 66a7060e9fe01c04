import { useEffect, useState } from "react";
import { bytesOf } from "@/offline/files";

/** An address of a file that is on this device, as long as it is shown: of its small picture, or of the whole of what is heard. */
export function usePreview(key: string, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    let isHere = true;
    let made: string | undefined;
    void bytesOf(key).then((kept) => {
      const shown = type.startsWith("audio/") ? kept?.bytes : kept?.thumbnail;
      if (!isHere || !shown) return;
      made = URL.createObjectURL(shown);
      setAddress(made);
    });
    return () => {
      isHere = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [key, type]);
  return address;
}
