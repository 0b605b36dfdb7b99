import { expect, it } from 'vitest';
import { AllowedMethods } from './allowed-methods.ts';

it('the methods of a path are those of all routes that fit it', () => {
  const methods = new AllowedMethods();
  methods.add(['GET', 'HEAD'], '/v1/things');
  methods.add('DELETE', '/v1/things/:id');
  methods.add('DELETE', '/v1/things/current');
  expect(methods.of('/v1/things')).toEqual(['GET', 'HEAD']);
  expect(methods.of('/v1/things/current')).toEqual(['DELETE']);
  expect(methods.of('/v1/things/1/2')).toEqual([]);
  expect(methods.of('/v1')).toEqual([]);
});
