import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { isWindowsImage } from '../../../api/images';
import { commonPorts, rdpPort, sshPort } from '../../../api/ports';
import type { Limits } from '../../../api/rules';
import { checkBox, choiceField, textField } from '../shared/controls';
import { parsePorts } from '../shared/request';
import type { CreateModel } from './model';

/** A dedicated IP or port forwards. */
export function networkSection(model: CreateModel): TemplateResult {
  const { draft } = model;
  const limits: Limits = model.placement()?.limits ?? {};
  const windows = isWindowsImage(draft.image);
  const typed = parsePorts(draft);
  const toggle = (port: number, on: boolean): void => {
    const rest = typed.filter((other) => other !== port && !Number.isNaN(other));
    model.change({ ports: (on ? [...rest, port] : rest).join(', ') });
  };
  return html`<fieldset>
    <legend>${l10n.t('Network')}</legend>
    ${choiceField({
      id: 'network',
      label: l10n.t('Public access'),
      value: draft.dedicatedIp ? 'dedicated' : 'forwards',
      choices: [
        { value: 'forwards', label: l10n.t('Port forwards on a shared IP') },
        { value: 'dedicated', label: l10n.t('Dedicated IP') },
      ],
      hint: limits.dedicatedIp === false ? l10n.t('No dedicated IP is available there.') : '',
      problem: model.problem('network'),
      onChange: (value) => model.change({ dedicatedIp: value === 'dedicated' }),
    })}
    ${
      draft.dedicatedIp
        ? html`<p class="hint">${l10n.t('All ports of the instance are open to the internet.')}</p>`
        : html`${textField({
              id: 'ports',
              label: l10n.t('Additional ports to forward'),
              value: draft.ports,
              hint: windows
                ? l10n.t(
                    'Port {0} (Remote Desktop) is always forwarded. You can’t change port forwards later.',
                    rdpPort,
                  )
                : l10n.t(
                    'Port {0} (SSH) is always forwarded. You can’t change port forwards later.',
                    sshPort,
                  ),
              problem: model.problem('ports'),
              onInput: (ports) => model.change({ ports }),
              onBlur: () => model.visitField('ports'),
            })}
            <div class="chips" role="group" aria-label=${l10n.t('Common ports')}>
              ${commonPorts.map(({ port, label }) =>
                checkBox(`port-${port}`, `${port} ${label}`, typed.includes(port), (on) => toggle(port, on)),
              )}
            </div>`
    }
  </fieldset>`;
}
