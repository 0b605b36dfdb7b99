/**
 * Words of which placeholders are made, in the languages the project's users write: `your-256-bit-secret`,
 * `seu-secret-jwt`, `sua_chave_secreta_aqui_com_pelo_menos_32_caracteres`.
 */
const WORDS = new Set(
  `a access admin ao api app aqui at atleast auth authjs be bit bits byte bytes cat change changed changeit changeme
  changethis character characters char chars chave chat client com com de default demo dev development do dummy em env
  example exemplo fake fixme foo bar baz foobar for from generate generated here hmac hs in insecure insert is it
  jwt keep key keyboard keys least length letmein long longer ma mais menos me min minimum minha mude must my mysecret
  na nao never new nextauth no node none not now of on or our para parley pass passphrase password passwd pelo phrase
  placeholder please private prod producao production put qwerty random read replace replaceme required safe sample secret
  secrets secreta secreto secure segredo segura seguro senha server session set shared should sign signing some
  something string strong su sua sub super supersecret testing test tests text than that the this to todo token tokens
  trocar troque tu um uma unsafe use user value very website websocket weak with with word xxx you your yours seu
  clave contrasena aca aleatorio caracteres cambiar cambia esta este ici changez moi`.split(/\s+/),
);
const LONGEST_WORD = Math.max(...[...WORDS].map((word) => word.length));

/** Texts of tutorials and jokes that are no string of such words. */
const FAMOUS = new Set([
  'correcthorsebatterystaple',
  'hunter',
  'iloveyou',
  'asdf',
  'asdfgh',
  'asdfghjkl',
  'qwertyuiop',
]);

const RUNS = [
  '0123456789'.repeat(8),
  '1234567890'.repeat(8),
  '0123456789abcdef'.repeat(8),
  'abcdefghijklmnopqrstuvwxyz',
];

const ACCENTS = /\p{M}/gu;
const MAX_CHARS = 256;
const LONGEST_UNIT = 4;

/**
 * Whether a text is an example rather than a value: made only of placeholder words (digits and punctuation aside), one
 * short unit repeated, or a run of the alphabet or of digits. Linear in the text; longer than 256 characters is `false`.
 */
export function isSampleText(text: string): boolean {
  const plain = text.trim().toLowerCase().normalize('NFD').replace(ACCENTS, '');
  if (plain === '' || plain.length > MAX_CHARS) return false;
  const letters = plain.replace(/[^a-z]/g, '');
  if (isRepetition(plain) || RUNS.some((run) => run.includes(plain))) return true;
  return isPhrase(plain, letters) && isMadeOfWords(letters);
}

/** Words with digits and separators between them; random text holds other characters, or hardly any letters. */
function isPhrase(plain: string, letters: string): boolean {
  return letters.length * 2 >= plain.length && /^[a-z0-9 _.,:;!?'"<>{}()*=-]*$/.test(plain);
}

function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= LONGEST_UNIT; unit += 1) {
    if (text.length >= 2 * unit && text === text.slice(0, unit).repeat(text.length).slice(0, text.length)) return true;
  }
  return text.length === 1 || /^s+h+$/.test(text);
}

/** Whether letters without gaps can be cut into words: `ends[n]` says that the first n letters can. */
function isMadeOfWords(letters: string): boolean {
  const ends = [true];
  for (let end = 1; end <= letters.length; end += 1) ends[end] = endsWithWord(letters, end, ends);
  return FAMOUS.has(letters) || ends[letters.length] === true;
}

function endsWithWord(letters: string, end: number, ends: readonly boolean[]): boolean {
  for (let start = Math.max(0, end - LONGEST_WORD); start < end; start += 1) {
    if (ends[start] && WORDS.has(letters.slice(start, end))) return true;
  }
  return false;
}
