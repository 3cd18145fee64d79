/** The folder that holds `lib/`. */
export declare const root: string;
/** The files of libtorch, by their paths. */
export declare const files: readonly string[];
