/** What people and systems write where a value is required and there is none. Equal placeholders are no evidence. */
import { foldedKey } from './letters.ts';

/** Words for "none", without signs and spaces: `n.a.`, `N/A` and `#N/A` are `na`. */
const UNKNOWN: ReadonlySet<string> = new Set(
  `na nan nil none null undefined unknown unspecified unassigned missing blank empty void placeholder dummy
  tba tbc tbd tobeadded tobeannounced tobeconfirmed tobedefined tobedetermined pending
  noname noid nonumber nodata novalue noentry notavailable notapplicable notassigned notdefined notentered notfound notgiven
  notknown notprovided notset notspecified
  unbekannt keine keiner keines keineangabe ka entfaellt entfällt nichtvorhanden nichtbekannt
  inconnu inconnue aucun aucune nonrenseigné nonrenseigne nonapplicable néant neant
  desconocido desconocida ninguno ninguna sindatos noaplica nodisponible
  desconhecido desconhecida nenhum nenhuma semdados nãoinformado naoinformado nãoaplicável
  sconosciuto sconosciuta nessuno nessuna onbekend geen nvt okänd okänt ingen ukjent ukendt tuntematon brak nieznany nieznane
  neznámý neznámé неизвестно неизвестный нет нетданных невідомо немає άγνωστο لايوجد غيرمعروف لاشيء אין לאידוע अज्ञात
  不明 未知 未定 暂无 暫無 无 無 なし 該当なし 없음 미정 미상 해당없음`
    .split(/\s+/)
    .map((word) => word.normalize('NFKC')),
);

/** Those that are also names: Li Na, Nil, Ka Wai. As part of a name they count only with their signs, as in `N/A`. */
const ALSO_NAMES: ReadonlySet<string> = new Set(['na', 'nan', 'nil', 'ka']);

const NO_LETTERS = /[^\p{L}\p{N}\p{M}]+/gu;
/** Spreadsheet errors that end up in exports. */
const SPREADSHEET_ERROR = /^#(?:n\/a|ref!|value!|name\?|div\/0!|null!|num!)$/;

/** Whether a text means "none": only signs, or a word for it in one of a dozen languages. */
export function isPlaceholder(text: string): boolean {
  const folded = foldedKey(text);
  const word = folded.replace(NO_LETTERS, '');
  return word === '' || UNKNOWN.has(word) || SPREADSHEET_ERROR.test(folded);
}

/** Whether one part of a name means "none". */
export function isPlaceholderPart(part: string): boolean {
  return isPlaceholder(part) && !ALSO_NAMES.has(foldedKey(part));
}

/** Further placeholders for numbers: only zeros, many nines, letters that stand for digits. */
const NO_NUMBER = /^(?:0+|9{5,}|x+|test\d*|temp|tmp|new)$/;

/** Whether an employee number is a placeholder. */
export function isPlaceholderNumber(number: string): boolean {
  return isPlaceholder(number) || NO_NUMBER.test(foldedKey(number).replace(NO_LETTERS, ''));
}

/** Words of placeholder names: `Test User`, `First Last`, `New Employee`. */
const NOBODY: ReadonlySet<string> = new Set(
  `test tester testing user employee name firstname lastname surname first last person staff admin administrator worker
  new hire joiner contractor account sample demo temp x xx xxx nn nomen nescio`.split(/\s+/),
);
const NOBODYS_NAMES: ReadonlySet<string> = new Set(['john doe', 'jane doe', 'max mustermann', 'erika mustermann']);

/** Whether a whole name is a placeholder. */
export function isPlaceholderName(name: string): boolean {
  if (isPlaceholder(name)) return true;
  const words = foldedKey(name)
    .split(NO_LETTERS)
    .filter((word) => word !== '');
  return NOBODYS_NAMES.has(words.join(' ')) || words.every((word) => NOBODY.has(word) || isPlaceholderPart(word));
}

const NO_MAILBOX = /^(?:no-?e?-?mail|no-?reply|do-?not-?reply|test|x{3,}|nobody|email|mail|user|employee)$/;
const NO_DOMAIN = /^(?:no-?e?-?mail|none|null|unknown|notprovided|invalid)\.[a-z.]+$|(?:^|\.)invalid$/;

/**
 * Whether an e-mail address is a placeholder: `none@…`, `noreply@…`, anything at `noemail.com` or under `.invalid` (RFC
 * 2606).
 */
export function isPlaceholderEmail(email: string): boolean {
  const [mailbox = '', domain = ''] = foldedKey(email).split('@');
  return NO_MAILBOX.test(mailbox) || NO_DOMAIN.test(domain) || isPlaceholder(mailbox);
}

/** The first days of calendars and clocks, and the last day of forms. */
const NO_DAYS: ReadonlySet<string> = new Set([
  '1969-12-31',
  '1970-01-01',
  '1970-01-02',
  '1980-01-01',
  '1990-01-01',
  '1999-12-31',
  '2000-01-01',
]);

/** Whether a first day of employment (YYYY-MM-DD) is a placeholder. */
export function isPlaceholderDay(day: string): boolean {
  return day < '1940' || day >= '2090' || NO_DAYS.has(day);
}
