/** What a column of a table holds: texts stand to the left, numbers to the right. */
export type Column = { readonly title: string; readonly kind: 'text' | 'number' };

/** What stands in a table: a text, or parts that each have their own direction of writing. */
export type Cell = string | readonly string[];

export type Table = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** What is not in the table, for example `and 47 more`. */
  readonly note?: string | undefined;
};

/** A part of a page. All strings are plain: who renders them escapes them. */
export type Section = {
  /** What the part is about, for links and plots. */
  readonly id: string;
  readonly title: string;
  readonly paragraphs?: readonly string[];
  readonly list?: readonly string[];
  readonly table?: Table;
};

/** A page as it is before it is Markdown or HTML. */
export type Page = {
  readonly title: string;
  /** The most important in a sentence or two. */
  readonly lead: string;
  readonly sections: readonly Section[];
};

export const cellText = (cell: Cell): string => [cell].flat().join('');

export const textColumns = (...titles: string[]): Column[] =>
  titles.map((title) => ({ title, kind: 'text' }));

export const numberColumns = (...titles: string[]): Column[] =>
  titles.map((title) => ({ title, kind: 'number' }));
