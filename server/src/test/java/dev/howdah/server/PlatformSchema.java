package dev.howdah.server;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.howdah.server.platform.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Heroku's own description of what its Platform API answers, and what of it we leave out. */
final class PlatformSchema {
  private static final String FILE = "/heroku-platform-api/schema.json";
  private static final Pattern PARAMETER = Pattern.compile("\\{[^}]*}");

  /**
   * Fields of the schema that we have nothing true to say in. The schema requires no field at all,
   * so this list, not the schema, is what holds us to the rest.
   */
  private static final Map<String, Set<String>> LEFT_OUT =
      Map.of(
          // Said only when there is something to say.
          "add-on", Set.of("provision_message"),
          // A region is a label of hosts: of no country, and of none of Amazon's regions.
          "region", Set.of("country", "locale", "provider"));

  private final ObjectNode document;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4);

  /** What one endpoint answers, by method and path template. */
  private final Map<String, Target> targets = new LinkedHashMap<>();

  private record Target(String resource, JsonNode schema, boolean list) {}

  PlatformSchema() {
    try (var in = PlatformSchema.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(FILE + " is missing");
      }
      document = (ObjectNode) Wire.read(in.readAllBytes());
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
    relax();
    document
        .path("definitions")
        .properties()
        .forEach(definition ->
            definition.getValue().path("links").forEach(link -> target(definition.getKey(), link)));
  }

  /**
   * What of the schema we cannot fit: the two patterns that name Heroku's own hosts, which on a
   * domain of one's own cannot hold; the plan within an attachment, which Heroku too adds for
   * clients that ask, and without which the stock CLI fails (contract §0.9); and the claim that a
   * host name is a URI, which the schema's own example does not fit.
   */
  private void relax() {
    pattern("app", "web_url", "^https?://[a-z][a-z0-9-]{1,28}[a-z0-9]\\.[^/]+/$");
    pattern("app", "git_url", "^https?://[^/]+/[a-z][a-z0-9-]{1,28}[a-z0-9]\\.git$");
    ((ObjectNode) document.at("/definitions/add-on-attachment/properties/addon"))
        .remove("additionalProperties");
    ((ObjectNode) document.at("/definitions/domain/definitions/hostname")).remove("format");
  }

  private void pattern(String definition, String field, String pattern) {
    JsonNode found = document.at("/definitions/" + definition + "/definitions/" + field);
    if (!found.path("pattern").stringValue().contains("heroku")) {
      throw new IllegalStateException(field + " needs no relaxing any more");
    }
    ((ObjectNode) found).put("pattern", pattern);
  }

  private void target(String resource, JsonNode link) {
    if (!link.has("targetSchema")) {
      return;
    }
    JsonNode schema = link.path("targetSchema");
    targets.putIfAbsent(
        key(link.path("method").stringValue(), link.path("href").stringValue()),
        new Target(resource, schema, schema.has("items")));
  }

  private static String key(String method, String path) {
    return method + " " + PARAMETER.matcher(path.replace("/~/", "/{}/")).replaceAll("{}");
  }

  /** Whether the schema says what this endpoint answers. */
  boolean knows(String method, String pathTemplate) {
    return targets.containsKey(key(method, pathTemplate));
  }

  /** Everything that is wrong with an answer of this endpoint. */
  List<String> problems(String method, String pathTemplate, JsonNode answer) {
    Target target = targets.get(key(method, pathTemplate));
    if (target == null) {
      throw new IllegalArgumentException("the schema does not know " + pathTemplate);
    }
    List<String> problems = new ArrayList<>();
    schema(target).validate(answer).forEach(error -> problems.add(error.toString()));
    Iterable<JsonNode> items = target.list() ? answer : List.of(answer);
    for (JsonNode item : items) {
      problems.addAll(missing(target, item));
    }
    return problems;
  }

  private List<String> missing(Target target, JsonNode item) {
    JsonNode schema = target.list() ? target.schema().path("items") : target.schema();
    while (schema.has("$ref")) {
      schema = document.at(schema.path("$ref").stringValue().substring(1));
    }
    Set<String> leftOut = LEFT_OUT.getOrDefault(target.resource(), Set.of());
    List<String> missing = new ArrayList<>();
    schema
        .path("properties")
        .properties()
        .forEach(property -> {
          if (!item.has(property.getKey()) && !leftOut.contains(property.getKey())) {
            missing.add("$." + property.getKey() + ": is in the schema and not in the answer");
          }
        });
    return missing;
  }

  private Schema schema(Target target) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    schema.put("$schema", "http://json-schema.org/draft-04/schema#");
    schema.set("definitions", document.path("definitions"));
    schema.putArray("allOf").add(target.schema());
    return registry.getSchema(schema);
  }
}
