import * as vscode from 'vscode';
import { escapeMarkdown } from '../base/markdown';
import { formatDuration } from '../base/duration';
import { isGpuReleased, isStopped } from '../instances/state';
import { attemptText, scheduleMark } from './activity';
import { describeAlert } from './budgetText';
import { detailsOf, type Knowledge } from './details';
import { labelText, nameText, type InstanceAction } from './presentation';
import { connectedText, stateWord } from './rowText';
import { actionsOf, changingSince, type Situation } from './situation';

/** Commands that our own links may run; VS Code runs no others, whatever a text from outside looks like. */
const linked = [
  'tensordock.connect',
  'tensordock.startInstance',
  'tensordock.stopInstance',
  'tensordock.showCosts',
  'tensordock.stopAll',
];

/** A tooltip whose links run our commands and no others. */
export function trustedMarkdown(value: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(value, false);
  markdown.isTrusted = { enabledCommands: linked };
  return markdown;
}

/** A link that runs one of our commands on an instance, as a person would from its row. */
export function actionLink(title: string, command: string, id: string): string {
  const argument = encodeURIComponent(JSON.stringify([{ kind: 'instance', id }]));
  return commandLink(
    title,
    `${command}?${argument.replace(/[()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`,
  );
}

/** A link to one of our commands. */
export function commandLink(title: string, command: string): string {
  return `[${title}](command:${command})`;
}

/** What is known about an instance, with links to what a person may want to do. */
export function tooltipOf(situation: Situation, knowledge: Knowledge): vscode.MarkdownString {
  const { row, operation, schedule, connected, tunnels, limit, now } = situation;
  const { id } = row.instance;
  const since = changingSince(situation);
  const facts = [
    [stateWord(situation), since === undefined ? undefined : formatDuration(now - since)]
      .filter(Boolean)
      .join(', '),
    ...(operation ? [attemptText(operation, now)] : []),
    limit && describeAlert(limit),
    schedule && scheduleMark(schedule, now),
    connected && connectedText(connected),
    ...tunnels.map(({ port, localPort }) =>
      vscode.l10n.t('tunnel to port {0} on localhost:{1}', port, localPort),
    ),
  ].filter((fact) => fact !== undefined);
  const details = detailsOf(situation, knowledge).map(
    ({ label, value }) => `${escapeMarkdown(label)}: ${escapeMarkdown(value)}`,
  );
  const paragraphs = [
    `**${escapeMarkdown(nameText(row.instance))}**`,
    facts.map(escapeMarkdown).join(' · '),
    [...details, escapeMarkdown(vscode.l10n.t('ID: {0}', labelText(id)))].join('  \n'),
    warningOf(situation),
    linksOf(situation).join(' · '),
  ];
  return trustedMarkdown(paragraphs.filter((text) => text !== undefined && text !== '').join('\n\n'));
}

function warningOf({ row }: Situation): string | undefined {
  if (row.unconfirmed) {
    return vscode.l10n.t(
      'You deleted this instance, but it’s still there and may be billed. Delete it again.',
    );
  }
  if (isGpuReleased(row.state)) {
    return vscode.l10n.t(
      'Its GPU was released, so TensorDock may refuse to start it. It may still be billed until you delete it.',
    );
  }
  return isStopped(row.state)
    ? vscode.l10n.t('A stopped instance may still be billed until you delete it.')
    : undefined;
}

function linksOf(situation: Situation): readonly string[] {
  const { id } = situation.row.instance;
  const actions = actionsOf(situation);
  const link = (action: InstanceAction, title: string, command: string): string[] =>
    actions.includes(action) ? [actionLink(title, command, id)] : [];
  return [
    ...link('connect', vscode.l10n.t('Connect'), 'tensordock.connect'),
    ...link('start', vscode.l10n.t('Start'), 'tensordock.startInstance'),
    ...link('stop', vscode.l10n.t('Stop…'), 'tensordock.stopInstance'),
    commandLink(vscode.l10n.t('Costs'), 'tensordock.showCosts'),
  ];
}
