/** The one role that this server itself knows. Others are for the applications that read them. */
export const ADMIN_ROLE = 'admin';

/** Whether somebody may administer the server. */
export function isAdmin(who: { readonly roles: readonly string[] }): boolean {
  return who.roles.includes(ADMIN_ROLE);
}
