import { expect, test } from "bun:test";
import { JobClock } from "../../src/supervisor/job-clock.ts";

function begun(): JobClock {
  const clock = new JobClock();
  clock.begin(1000);
  return clock;
}

test("until the first look the worker is taken to have computed all the time", () => {
  const clock = begun();
  clock.look(9010, 1010);
  expect(clock.cpuMs).toBe(10);
  clock.look(9030, 1040);
  expect(clock.cpuMs).toBe(30);
});

test("a first look that comes late takes nobody for busier than a punctual one could", () => {
  const clock = begun();
  clock.look(9000, 3000);
  expect(clock.cpuMs).toBe(25);
});

test("a new worker has used no more than it has used", () => {
  const clock = begun();
  clock.look(7, 1020);
  expect(clock.cpuMs).toBe(7);
});

test("a look says whether the thread computed", () => {
  const clock = begun();
  expect(clock.look(100, 1020)).toBe(true);
  expect(clock.look(100, 1040)).toBe(false);
  expect(clock.look(101, 1060)).toBe(true);
});

test("the guest's time begins when its heap is there, and ends before it is written", () => {
  const clock = begun();
  expect(clock.guestRuns).toBe(true);
  clock.takeUp(1010);
  expect(clock.guestRuns).toBe(false);
  expect(clock.guestEnds(1100)).toBe(false);
  expect(clock.guestBegins(1500)).toBe(true);
  expect([clock.guestRuns, clock.elapsedMs(1520)]).toEqual([true, 20]);
  clock.look(5000, 1520);
  expect(clock.cpuMs).toBe(20);
  expect(clock.guestEnds(1600)).toBe(true);
  expect([clock.guestRuns, clock.elapsedMs(1650)]).toEqual([false, 50]);
});

test("no stage comes twice", () => {
  const clock = begun();
  expect(clock.guestBegins(1001)).toBe(false);
  clock.takeUp(1010);
  clock.guestBegins(1020);
  clock.takeUp(1030);
  expect(clock.guestRuns).toBe(true);
  expect(clock.guestBegins(1040)).toBe(false);
  clock.guestEnds(1050);
  clock.takeUp(1060);
  expect([clock.guestBegins(1070), clock.guestEnds(1070), clock.guestRuns]).toEqual([
    false,
    false,
    false,
  ]);
});
