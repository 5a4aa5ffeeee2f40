package dev.howdah.server.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.howdah.server.SettableClock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RateLimitTest {
  private final SettableClock clock = new SettableClock();
  private final UUID account = UUID.randomUUID();

  @Test
  void countsDownAndThenRefuses() {
    RateLimit limit = new RateLimit(3, clock);
    assertThat(limit.take(account)).isEqualTo(2);
    assertThat(limit.take(account)).isEqualTo(1);
    assertThat(limit.take(account)).isEqualTo(0);
    assertThat(limit.take(account)).isEqualTo(-1);
  }

  @Test
  void refillsEvenly() {
    RateLimit limit = new RateLimit(60, clock);
    drain(limit, 60);
    clock.advance(Duration.ofSeconds(59));
    assertThat(limit.take(account)).isEqualTo(-1);
    clock.advance(Duration.ofSeconds(1));
    assertThat(limit.take(account)).isZero();
    assertThat(limit.take(account)).isEqualTo(-1);
  }

  @Test
  void doesNotChargeForRefusals() {
    RateLimit limit = new RateLimit(60, clock);
    drain(limit, 60);
    for (int i = 0; i < 1000; i++) {
      assertThat(limit.take(account)).isEqualTo(-1);
    }
    clock.advance(Duration.ofMinutes(1));
    assertThat(limit.take(account)).isZero();
  }

  @Test
  void neverHoldsMoreThanAnHoursWorth() {
    RateLimit limit = new RateLimit(5, clock);
    drain(limit, 5);
    clock.advance(Duration.ofDays(30));
    assertThat(limit.take(account)).isEqualTo(4);
  }

  @Test
  void accountsDoNotShareABucket() {
    RateLimit limit = new RateLimit(1, clock);
    drain(limit, 1);
    assertThat(limit.take(UUID.randomUUID())).isZero();
  }

  @Test
  void aClockSetBackTakesNothingAway() {
    RateLimit limit = new RateLimit(10, clock);
    limit.take(account);
    clock.advance(Duration.ofDays(-1));
    assertThat(limit.take(account)).isEqualTo(8);
  }

  @Test
  void countsRightWhenManyAskAtOnce() {
    RateLimit limit = new RateLimit(500, clock);
    AtomicInteger allowed = new AtomicInteger();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1000; i++) {
        threads.execute(() -> {
          if (limit.take(account) >= 0) {
            allowed.incrementAndGet();
          }
        });
      }
    }
    assertThat(allowed).hasValue(500);
  }

  private void drain(RateLimit limit, int requests) {
    for (int i = 0; i < requests; i++) {
      assertThat(limit.take(account)).isNotNegative();
    }
  }
}
