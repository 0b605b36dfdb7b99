export * from './close-codes.ts';
export * from './command.ts';
export * from './down.ts';
export * from './envelope.ts';
export * from './errors.ts';
export * as fields from './fields.ts';
export * from './push.ts';
export * from './up.ts';
export * from './version.ts';
