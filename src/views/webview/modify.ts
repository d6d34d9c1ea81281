import { render } from 'lit';
import { ModifyModel } from './modify/model';
import { modifyView } from './modify/view';
import { describeFields } from './shared/controls';
import { openChannel } from './shared/vsCodeChannel';
import { Page } from './shared/page';
import { toModifyForm, type FromModifyForm, type ToModifyForm } from './shared/protocol';

const root = document.querySelector<HTMLElement>('#form');
if (root) start(root);

function start(root: HTMLElement): void {
  const channel = openChannel<ToModifyForm, FromModifyForm>(toModifyForm, (message) => {
    if (message.type === 'init') page.initialize(message.texts);
    model.receive(message);
  });
  const page: Page = new Page(root, () => {
    render(
      modifyView(model, (event) => {
        event.preventDefault();
        model.submit();
      }),
      root,
    );
    describeFields(root);
  });
  const model: ModifyModel = new ModifyModel(channel, () => page.redraw());
  model.start();
}
