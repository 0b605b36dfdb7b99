/** The part of jsonwebtoken that the benchmark uses; the package brings no types. */
declare module 'jsonwebtoken' {
  const jsonwebtoken: {
    verify(token: string, secret: string): string | { readonly sub?: string };
  };
  export default jsonwebtoken;
}
