import type { Target } from './targets';

export const RECIPES: readonly Target[] = [];
