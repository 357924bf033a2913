import css from "./sync.module.css";

/** Six words to compare on two screens, each with its number so that two people can read them out. */
export function Words(props: { words: readonly string[]; label: string; testId?: string }) {
  return (
    <ol className={css.words} aria-label={props.label} data-testid={props.testId}>
      {props.words.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a word may come twice, its place is what tells it
        <li key={index}>
          <span aria-hidden>{index + 1}</span> <b>{word}</b>
        </li>
      ))}
    </ol>
  );
}
