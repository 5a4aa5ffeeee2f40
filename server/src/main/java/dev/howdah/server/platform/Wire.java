package dev.howdah.server.platform;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;

/** JSON as the Platform API writes it: snake case, times in whole seconds UTC. */
public final class Wire {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .addModule(
              new SimpleModule()
                  .addSerializer(
                      Instant.class,
                      new ValueSerializer<Instant>() {
                        @Override
                        public void serialize(
                            Instant value, JsonGenerator out, SerializationContext context) {
                          out.writeString(TIME.format(value));
                        }
                      }))
          .build();

  private Wire() {}

  /** The id of a thing that is not a row, made from its kind and its name. */
  public static UUID idOf(String kind, String name) {
    return UUID.nameUUIDFromBytes((kind + "/" + name).getBytes(StandardCharsets.UTF_8));
  }

  /** The bytes of {@code value}. */
  public static byte[] write(Object value) {
    return MAPPER.writeValueAsBytes(value);
  }

  /** A tree from bytes. Throws {@link JacksonException} when they are not JSON. */
  public static JsonNode read(byte[] json) {
    return MAPPER.readTree(json);
  }

  /** A tree from a value, for stores that keep JSON. */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }
}
