import type { Migration } from 'kysely/migration';

/** A step of the schema. Its file is loaded only when the step has to be taken. */
export interface NumberedMigration {
  /** `NNNN-what`, in the order to take them; never renamed. */
  readonly name: string;
  /** Whether servers that do not know it must refuse the database; the file's header says why. */
  readonly isBreaking: boolean;
  load(): Promise<Migration>;
}

/** Every step from an empty file to the present schema. Published steps never change. */
export const MIGRATIONS: readonly NumberedMigration[] = [
  { name: '0001-initial', isBreaking: true, load: () => import('./migrations/0001-initial.ts') },
];
