/** Limits of the chat feature; each is an option of the server. */
export interface ChatLimits {
  readonly contentMaxBytes: number;
  readonly groupMaxMembers: number;
  readonly pageDefault: number;
  readonly pageMax: number;
}
