import { numbers } from '../../helpers/numbers';
import { killedMonitor } from '../../slow/support/killed-monitor';

test('kill -9 loses no item and doubles none; npm run soak:monitor does it a hundred times', async () => {
  const found = await killedMonitor(3, numbers(5), 60);
  expect(found).toMatchObject({ kills: 3, same: true });
}, 300_000);
