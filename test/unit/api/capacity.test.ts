import { describe, expect, it } from 'vitest';
import { capacityKind } from '../../../src/api/capacity';

describe('a refusal says that there is no capacity', () => {
  it.each([
    'RAM per GPU exceeds ratio limit',
    'vCPUs per GPU exceeds ratio limit',
    'Virtual machine deployment failed',
    'resource_error',
    'No nodes available',
    'Sold out',
    'Location unavailable',
    'No available nodes found',
    'Hostnode unavailable',
    'Insufficient capacity on hostnode',
    'out of stock',
    'Resource unavailable',
    'No available public IPs on hostnode',
    'No available GPUs',
    'GPU slot expired, must delete & recreate',
    'Host has no GPU',
    'This location is currently at capacity',
    'All nodes are busy',
    'There are no GPUs left in this region',
    'We could not find a host with enough resources',
    'Unable to find a suitable node',
    'Could not find any available hostnodes',
    'The requested GPU is not available at this location',
    'No hosts match your request',
    'No matching hostnodes',
    'GPU out of stock',
    'Capacity unavailable',
    'Not enough GPUs available',
    'The selected location has run out of RTX 4090s',
    'No servers with that configuration are available',
    'Requested resources exceed available capacity',
    'Temporarily sold-out',
    'We are fully booked',
    'RESOURCE_EXHAUSTED',
    'insufficient_capacity',
    'out_of_capacity',
    'no_capacity',
    'no_available_nodes',
    'GPU_UNAVAILABLE',
    'The GPUs you requested are no longer available',
    'No free GPU on this host',
    'Failed to allocate GPU',
    'cannot allocate resources',
    'Node is full',
    'ratio limit exceeded for RAM per GPU',
    'This GPU is already rented by another user',
    'All GPUs are in use',
  ])('"%s"', (text) => {
    expect(capacityKind(text)).toBeDefined();
    expect(capacityKind(`Error: ${text.toUpperCase()}. Try again.`)).toBeDefined();
  });
});

describe('a refusal says something else', () => {
  it.each([
    'Insufficient funds',
    'Insufficient balance',
    'You need at least $1 to deploy an instance',
    'Instance not found',
    'SSH port (22) must be forwarded for Ubuntu VMs',
    'Rate limit exceeded. Please try again later.',
    'Name is already taken',
    'No location found with this ID',
    'Invalid location_id',
    'Instance is already running',
    'External port 20001 is not available on hostnode',
    'Insufficient permissions',
    'Image not available',
    'Name unavailable',
    'Service unavailable',
    'The service is temporarily unavailable',
    'API unavailable',
    'No GPU selected',
    'At least one GPU is required',
    'Location not found',
    'Hostnode not found',
    'storage must be at least 100',
    'Your account is limited to 2 GPUs',
    'Instance must be in Stopped state',
    'No SSH key found',
    'Server error',
    'server unavailable',
    'Invalid API credentials',
    'Disk size cannot be decreased',
    'Your instance limit is exceeded',
    'resource not found',
    'No such host',
    'no server certificate available',
    'ssh key exceeds length limit',
    'Requests exceed ratio limit',
    'Number must be less than or equal to 64',
    'memory of the request exceeds limit',
  ])('"%s"', (text) => {
    expect(capacityKind(text)).toBeUndefined();
  });
});

it('takes linear time for a long text', () => {
  const started = performance.now();
  for (const word of ['no ', 'gpu ', 'not find any ', 'ram ', 'no gpu at ']) capacityKind(word.repeat(1_000));
  expect(performance.now() - started).toBeLessThan(2_000);
});
