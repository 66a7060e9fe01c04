// The priority of a new report follows its category, as the organisation proposes it, until somebody chooses one.
import { useQuery } from "@tanstack/react-query";
import { useRef, type ChangeEvent } from "react";
import type { UseFormReturn } from "react-hook-form";
import { blankReport, type FieldName, type Report } from "@/resources/request/fields";
import { categoriesOptions, isSameName } from "./queries";

/** What the registration of a field takes besides its name. */
export function useProposal<Form extends Report>(form: UseFormReturn<Form>): (name: FieldName) => object {
  const { data } = useQuery(categoriesOptions);
  const untouched = blankReport().priority;
  const last = useRef(untouched);
  const { getValues, setValue } = form as unknown as UseFormReturn<Report>;
  const onChange = ({ target }: ChangeEvent<HTMLSelectElement>) => {
    if (getValues("priority") !== last.current) return;
    last.current = data?.items.find(({ name }) => isSameName(name, target.value))?.priority ?? untouched;
    setValue("priority", last.current, { shouldDirty: true });
  };
  return (name) => (name === "category" ? { onChange } : {});
}
