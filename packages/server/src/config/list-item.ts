import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { isAddressRange } from './address-ranges.ts';
import { parseHostName, shortestIpv6 } from './host-name.ts';
import type { ListItemKind } from './option-row.ts';

interface ItemRule {
  /** What an item may be, to stand after "takes". */
  readonly accepts: string;
  /** The canonical form, or `undefined` when it is not acceptable. */
  readonly parse: (text: string) => string | undefined;
}

/** How the items of each kind of list are read. */
export const ITEM_RULES: Readonly<Record<ListItemKind, ItemRule>> = {
  origin: {
    accepts: 'origins such as https://app.example.com: scheme, host and port, no path and no wildcard',
    parse: parseOrigin,
  },
  host: { accepts: 'host names or addresses such as chat.example.com, without scheme and port', parse: parseHost },
  'address-range': {
    accepts: 'IP addresses or ranges such as 10.0.0.7 or 10.0.0.0/8',
    parse: (text) => (isAddressRange(text) ? text : undefined),
  },
  text: { accepts: 'texts', parse: (text) => text },
};

/**
 * An origin as browsers write it (RFC 6454 section 6.2). Schemes of packaged applications (`capacitor://localhost`)
 * are taken as they stand; ws and wss never are the origin of a page.
 */
function parseOrigin(text: string): string | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#@*\s\\]+)\/?$/i.exec(text) ?? [];
  if (rest === '' || /^wss?$/i.test(scheme)) return undefined;
  if (!/^https?$/i.test(scheme)) return `${scheme}://${rest}`.toLowerCase();
  return URL.parse(`${scheme}://${rest}`)?.origin;
}

function parseHost(text: string): string | undefined {
  if (isIPv6(text)) return shortestIpv6(text);
  const host = parseHostName(text.startsWith('[') ? text : domainToASCII(text));
  return host?.port === undefined ? host?.name : undefined;
}
