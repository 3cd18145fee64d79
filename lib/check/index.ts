export * from './bounded';
export * from './numbers';
export * from './options';
export * from './plain-object';
export * from './schema';
export * from './strings';
export * from './values';
