import {
  QueryClient,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { type CommandName, call, type Input, type Output } from "./call";
import type { CommandError } from "./generated";

/** Answers kept in memory while the vault is open; emptied at lock. */
export function createAnswers(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        staleTime: 5_000,
        gcTime: 60_000,
        retry: (failures, error) => failures < 2 && isRetryable(error),
        retryDelay: 300,
      },
      mutations: { networkMode: "always", retry: false, gcTime: 0 },
    },
  });
}

type AskOptions<K extends CommandName> = Partial<
  Pick<
    UseQueryOptions<Output<K>, CommandError>,
    "enabled" | "staleTime" | "gcTime" | "placeholderData" | "refetchInterval"
  >
>;

/** Reads something from the program and keeps it fresh. */
export function useAsk<K extends CommandName>(
  name: K,
  input: Input<K>,
  options: AskOptions<K> = {},
): UseQueryResult<Output<K>, CommandError> {
  return useQuery<Output<K>, CommandError>({ queryKey: [name, input], queryFn: () => call(name, input), ...options });
}

/** Changes something in the program. */
export function useAct<K extends CommandName>(name: K): UseMutationResult<Output<K>, CommandError, Input<K>> {
  return useMutation<Output<K>, CommandError, Input<K>>({ mutationFn: (input) => call(name, input) });
}

function isRetryable(error: unknown): boolean {
  return typeof error === "object" && error !== null && "retryable" in error && error.retryable === true;
}
