import { type Command, CommanderError, Help } from 'commander';
import { CheongsanError } from '../kernel/errors.ts';

/** What the library that reads the command line says in English, in the language of those who type it. */

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '쓰는 법:',
  'Arguments:': '값:',
  'Options:': '선택사항:',
  'Commands:': '명령:',
};

/** Set on the program before its commands are added, which take it over. What is typed wrongly is thrown as `CommanderError`. */
export function speakKorean(program: Command): Command {
  return program
    .helpOption('-h, --help', '도움말')
    .helpCommand('help [명령]', '명령의 도움말')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({
      styleTitle: (title) => TITLES[title] ?? title,
      commandUsage: (command) => placeholders(new Help().commandUsage(command)),
      subcommandTerm: (command) => placeholders(new Help().subcommandTerm(command)),
      argumentDescription: ({ description }) => description,
      optionDescription: ({ description, defaultValue, argChoices }) => {
        const choices = argChoices === undefined ? [] : [argChoices.join(', ')];
        const chosen = defaultValue === undefined || defaultValue === false ? [] : [`기본값 ${String(defaultValue)}`];
        const notes = [...choices, ...chosen];
        return notes.length === 0 ? description : `${description} (${notes.join('; ')})`;
      },
    });
}

function placeholders(usage: string): string {
  return usage.replace('[options]', '[선택사항]').replace('[command]', '<명령>');
}

type Wording = (quoted: string, message: string) => string;

const WORDINGS: Readonly<Record<string, Wording>> = {
  'commander.unknownOption': (name) => `모르는 선택사항입니다: ${name}`,
  'commander.unknownCommand': (name) => `모르는 명령입니다: ${name}`,
  'commander.missingArgument': (name) => `필요한 값이 빠졌습니다: <${name}>`,
  'commander.missingMandatoryOptionValue': (flags) => `필요한 선택사항이 빠졌습니다: ${flags}`,
  'commander.optionMissingArgument': (flags) => `선택사항의 값이 빠졌습니다: ${flags}`,
  'commander.excessArguments': () => '값이 너무 많습니다.',
  'commander.conflictingOption': (flags) => `함께 쓸 수 없는 선택사항입니다: ${flags}`,
  'commander.invalidArgument': (what, message) => `값이 맞지 않습니다: ${what}. ${message.split(' is invalid. ')[1] ?? ''}`.trim(),
};

/**
 * What to do about what the reading of the command line threw: undefined when it has only shown help that was asked for, else the
 * error to tell. Anything else comes back as it is.
 */
export function typedWrongly(thrown: unknown): unknown {
  if (!(thrown instanceof CommanderError)) return thrown;
  if (thrown.exitCode === 0) return undefined;
  const wording = WORDINGS[thrown.code];
  const [, quoted = ''] = /'([^']*)'/.exec(thrown.message) ?? [];
  const what = wording === undefined ? '명령이 빠졌습니다.' : wording(quoted, thrown.message);
  const [, meant] = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(thrown.message) ?? [];
  const hint = meant === undefined ? '' : ` (혹시 ${meant}?)`;
  return new CheongsanError('INPUT_INVALID', `${what}${hint} 도움말: cheongsan --help`);
}
