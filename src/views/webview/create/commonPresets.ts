import * as l10n from '@vscode/l10n';
import { gpuOffers } from '../shared/catalog';
import { describeImage } from '../shared/images';
import type { CatalogState, Draft } from '../shared/protocol';

const rtx4090 = 'geforcertx4090-pcie-24gb';

/** A preset that comes with the form. */
export interface CommonPreset {
  readonly label: string;
  /** The draft with this preset. The location is chosen afterward. */
  readonly apply: (draft: Draft) => Draft;
}

/** What most people start from. What isn't available now is left out, unless it's worth waiting for. */
export function commonPresets(catalog: CatalogState, images: readonly string[]): CommonPreset[] {
  const offers = gpuOffers(catalog);
  const pytorch = images.find((image) => /pytorch/i.test(image));
  const size = { gpuCount: '1', vcpus: '8', ramGb: '32', storageGb: '200', cloudInit: '' };
  const cheapest = offers.find(
    ({ vramGb, fromHourly }) => vramGb !== undefined && vramGb >= 24 && fromHourly !== undefined,
  );
  const presets: CommonPreset[] = [];
  if (pytorch !== undefined) {
    const model = offers.find((offer) => offer.name === 'RTX 4090')?.model ?? rtx4090;
    presets.push({
      label: l10n.t('PyTorch on an RTX 4090'),
      apply: (draft) => ({ ...withGpu(draft, model), ...size, image: pytorch, imageChosen: true }),
    });
  }
  if (cheapest) {
    presets.push({
      label: l10n.t('Cheapest GPU with 24 GB'),
      apply: (draft) => ({ ...withGpu(draft, cheapest.model), ...size, imageChosen: false }),
    });
  }
  if (catalog.hostnodes.length > 0) {
    presets.push({
      label: l10n.t('CPU Only'),
      apply: (draft) => ({
        ...draft,
        ...size,
        gpuModel: '',
        placementKind: 'hostnode',
        placementId: '',
        vcpus: '4',
        ramGb: '16',
        storageGb: '100',
        imageChosen: false,
      }),
    });
  }
  return presets;
}

/** Chooses the image for the GPU, unless the person chose one: with a driver where there is a GPU. */
export function withImage(draft: Draft, images: readonly string[]): Draft {
  if (draft.imageChosen && draft.image !== '') return draft;
  const needsDriver = draft.gpuModel !== '';
  const fits = (image: string): boolean => describeImage(image).hasNvidiaDriver === needsDriver;
  if (draft.image !== '' && images.includes(draft.image) && fits(draft.image)) return draft;
  const suitable = images.filter((image) => fits(image) && describeImage(image).group !== 'windows');
  // The PyTorch image exists on all host nodes; those with a driver alone don't.
  const image = suitable.find((each) => /pytorch/i.test(each)) ?? suitable[0] ?? images[0] ?? draft.image;
  return { ...draft, image };
}

function withGpu(draft: Draft, gpuModel: string): Draft {
  return { ...draft, gpuModel, placementKind: 'location', placementId: '' };
}
