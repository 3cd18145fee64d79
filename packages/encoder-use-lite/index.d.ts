/** The folder with the weights and the vocabulary. */
export declare const root: string;
/** Both, by their paths. */
export declare const files: readonly string[];
