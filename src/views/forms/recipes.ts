import * as l10n from '@vscode/l10n';
import { mergeCloudInit } from './cloudInit';

/** A ready-made piece of cloud-init. Commands run as root; people sign in to the instance as `user`. */
export interface Recipe {
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

/** Waits for the lock instead of failing: the first boot's own updates can hold it for minutes. */
const apt = 'apt-get -o DPkg::Lock::Timeout=600';
/** The same for programs that call apt themselves. */
const waitForAptLock = `echo 'DPkg::Lock::Timeout "600";' > /etc/apt/apt.conf.d/99-wait-for-lock`;

export function recipes(): Recipe[] {
  return [
    { id: 'nvidia', label: l10n.t('Add NVIDIA Driver'), text: nvidiaDriver },
    { id: 'docker', label: l10n.t('Add Docker with GPU Support'), text: docker },
    { id: 'miniforge', label: l10n.t('Add Miniforge'), text: miniforge },
    { id: 'uv', label: l10n.t('Add uv'), text: uv },
  ];
}

/** Cloud-init with a recipe added; unchanged if there is no such recipe or the text can't be parsed. */
export function withRecipe(text: string, id: string): string {
  const recipe = recipes().find((known) => known.id === id);
  return recipe ? mergeCloudInit(text, recipe.text) : text;
}

const nvidiaDriver = `#cloud-config
runcmd:
  - ${waitForAptLock}
  - ${apt} update
  - ${apt} install -y ubuntu-drivers-common
  - ubuntu-drivers install --gpgpu
  - reboot
`;

const docker = `#cloud-config
runcmd:
  - ${apt} update
  - ${apt} install -y curl gnupg docker.io
  - curl -fsSL https://nvidia.github.io/libnvidia-container/gpgkey | gpg --dearmor -o /usr/share/keyrings/nvidia-container-toolkit-keyring.gpg
  - curl -fsSL https://nvidia.github.io/libnvidia-container/stable/deb/nvidia-container-toolkit.list | sed 's#deb https://#deb [signed-by=/usr/share/keyrings/nvidia-container-toolkit-keyring.gpg] https://#g' > /etc/apt/sources.list.d/nvidia-container-toolkit.list
  - ${apt} update
  - ${apt} install -y nvidia-container-toolkit
  - nvidia-ctk runtime configure --runtime=docker
  - systemctl restart docker
  - usermod -aG docker user
`;

const miniforge = `#cloud-config
runcmd:
  - curl -fsSL -o /tmp/miniforge.sh https://github.com/conda-forge/miniforge/releases/latest/download/Miniforge3-Linux-x86_64.sh
  - su - user -c 'bash /tmp/miniforge.sh -b -p /home/user/miniforge3 && /home/user/miniforge3/bin/conda init bash'
`;

const uv = `#cloud-config
runcmd:
  - su - user -c 'curl -fsSL https://astral.sh/uv/install.sh | sh'
`;
