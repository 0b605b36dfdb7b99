import { defineCommand, emptyPayload, noFields } from '../command.ts';

/** Ends the session of this connection's token; every live connection of that session closes. */
export const logout = defineCommand({ type: 'logout', fields: noFields, payload: emptyPayload });
