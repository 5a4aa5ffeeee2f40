package dev.howdah.server.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.howdah.server.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeTest {

  private record Item(UUID id, int version, String name) {}

  private static Reply.Page<Item> page(List<Item> items) {
    return Reply.page(
        items,
        Reply.by("id", Item::id),
        Reply.by("version", Item::version),
        Reply.by("name", Item::name));
  }

  /** Items in the order a store might give them. */
  private static List<Item> items(Random random, int count) {
    List<Item> items = new ArrayList<>();
    int version = 0;
    for (int i = 0; i < count; i++) {
      version += 1 + random.nextInt(5);
      items.add(
          new Item(
              new UUID(random.nextLong(), random.nextLong()),
              version,
              Integer.toString(random.nextInt(36), 36) + "-" + i));
    }
    Collections.shuffle(items, random);
    return items;
  }

  private static Comparator<Item> order(String key) {
    return switch (key) {
      case "id" -> Comparator.comparing(item -> item.id().toString());
      case "version" -> Comparator.comparingInt(Item::version);
      default -> Comparator.comparing(Item::name);
    };
  }

  /** Follows {@code Next-Range} to the end, as the stock CLI does. */
  private static List<Item> follow(Reply.Page<Item> page, String header) {
    List<Item> all = new ArrayList<>();
    Optional<String> next = Optional.of(header);
    while (next.isPresent()) {
      Range.Cut<Item> cut = Range.parse(next.get()).cut(page);
      assertThat(cut.items().isEmpty() && cut.next().isPresent())
          .as("an empty page leads on to another")
          .isFalse();
      all.addAll(cut.items());
      next = cut.next();
    }
    return all;
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(200)
  void pagesPutTogetherAreTheList(long seed) {
    Random random = new Random(seed);
    List<Item> items = items(random, 1 + random.nextInt(60));
    String key = List.of("id", "version", "name").get(random.nextInt(3));
    boolean descending = random.nextBoolean();
    int max = 1 + random.nextInt(20);
    String header = key + " ..; max=" + max + (descending ? ", order=desc" : "");

    List<Item> expected = new ArrayList<>(items);
    expected.sort(descending ? order(key).reversed() : order(key));
    assertThat(follow(page(items), header)).as(header).isEqualTo(expected);
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(100)
  void boundsTakeAPieceOutOfTheList(long seed) {
    Random random = new Random(seed);
    List<Item> items = items(random, 2 + random.nextInt(40));
    boolean descending = random.nextBoolean();
    int a = items.get(random.nextInt(items.size())).version();
    int b = items.get(random.nextInt(items.size())).version();
    int low = Math.min(a, b);
    int high = Math.max(a, b);
    boolean after = random.nextBoolean() && low != high;
    String header =
        "version "
            + (after ? "]" : "")
            + (descending ? high + ".." + low : low + ".." + high)
            + "; max=7"
            + (descending ? ", order=desc" : "");

    int from = descending ? high : low;
    List<Item> expected =
        items.stream()
            .filter(item -> item.version() >= low && item.version() <= high)
            .filter(item -> !after || item.version() != from)
            .sorted(descending ? order("version").reversed() : order("version"))
            .toList();
    assertThat(follow(page(items), header)).as(header).isEqualTo(expected);
  }

  @Test
  void aWholeListKeepsItsOrder() {
    List<Item> items = items(new Random(1), 50);
    Range.Cut<Item> cut = Range.all().cut(page(items));
    assertThat(cut.items()).isEqualTo(items);
    assertThat(cut.next()).isEmpty();
  }

  @Test
  void aListTooLongToShowWholeIsStillGivenWhole() {
    List<Item> items = items(new Random(1), Range.LARGEST_MAX + 300);
    Range.Cut<Item> first = Range.all().cut(page(items));
    List<Item> all = new ArrayList<>(first.items());
    all.addAll(follow(page(items), first.next().orElseThrow()));
    assertThat(all).containsExactlyInAnyOrderElementsOf(items);
  }

  @Test
  void anEmptyListAnswersAnyRange() {
    assertThat(Range.parse("id ..; max=5").cut(page(List.of())).items()).isEmpty();
    assertThat(Range.all().cut(Reply.emptyPage()).items()).isEmpty();
  }

  /** Contract §2.1. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "version ..; max=15, order=desc",
        "version ..; order=desc,max=1",
        "id ..; max=1000;",
        "id ..",
        "name a..b",
        "id ]7.."
      })
  void takesWhatTheStockCliSends(String header) {
    List<Item> items = items(new Random(2), 5);
    assertThat(Range.parse(header).cut(page(items))).isNotNull();
  }

  @Test
  void takesTheNewestReleaseAsTheStockCliAsksForIt() {
    List<Item> items =
        IntStream.rangeClosed(1, 12).mapToObj(i -> new Item(new UUID(0, i), i, "v" + i)).toList();
    assertThat(Range.parse("version ..; order=desc,max=1").cut(page(items)).items())
        .extracting(Item::version)
        .containsExactly(12);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "id",
        "..",
        "id 1-2",
        "id ..; max=0",
        "id ..; max=-1",
        "id ..; max=many",
        "id ..; max=99999999999",
        "id ..; max",
        "id ..; order=sideways",
        "id ..; order",
        "id ..; limit=5",
        "bytes=0-100",
        "color ..; max=5"
      })
  void refusesWhatItCannotRead(String header) {
    assertThatThrownBy(() -> Range.parse(header).cut(page(List.of())))
        .isInstanceOfSatisfying(
            ApiError.class, error -> assertThat(error.status()).as(header).isEqualTo(416));
  }

  @ParameterizedTest(name = "seed {0}")
  @Seeds(200)
  void anyTextIsEitherReadOrRefused(long seed) {
    Random random = new Random(seed);
    String alphabet = "id version .];,=max order desc019\u0000ü";
    StringBuilder header = new StringBuilder();
    for (int i = random.nextInt(30); i >= 0; i--) {
      header.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    try {
      Range.parse(header.toString()).cut(page(items(random, 3)));
    } catch (ApiError refused) {
      assertThat(refused.status()).isEqualTo(416);
    }
  }
}
