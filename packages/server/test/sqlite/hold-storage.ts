import { openStorage } from '../../src/adapters/sqlite/open-storage.ts';
import { silentLog } from '../../src/kernel/log.ts';

/** Opens the storage of a directory, says so, and holds it until the process is ended. */
const directory = process.argv[2];
if (directory === undefined) throw new Error('hold-storage needs a directory.');
await openStorage({ directory, synchronous: 'off', log: silentLog });
process.stdout.write('open\n');
