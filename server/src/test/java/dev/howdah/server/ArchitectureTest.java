package dev.howdah.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.howdah.server.platform.Call;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The walls of the house. A rule that is in the way is discussed, not gone around. */
@AnalyzeClasses(
    packages = "dev.howdah.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  /** The wiring: what names every part there is. */
  private static final String WIRING = "dev.howdah.server";

  @ArchTest
  static final ArchRule sqlIsWrittenOnlyInStores =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Store")
          .should()
          .callMethodWhere(
              call(
                  "a statement of Jdbi",
                  "org.jdbi.v3.core.Handle",
                  Set.of(
                      "createQuery",
                      "createUpdate",
                      "createCall",
                      "createScript",
                      "createBatch",
                      "prepareBatch",
                      "select",
                      "execute")));

  @ArchTest
  static final ArchRule jdbcIsKnownOnlyWhereRowsAreReadAndTheDatabaseIsOpened =
      noClasses()
          .that()
          .haveSimpleNameNotEndingWith("Store")
          .and(are(not(resideInAPackage("dev.howdah.server.control"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("java.sql", "javax.sql", "com.zaxxer..", "org.flywaydb..");

  @ArchTest
  static final ArchRule storesAreTheirFeaturesOwn =
      classes().that().haveSimpleNameEndingWith("Store").should().notBePublic();

  @ArchTest
  static final ArchRule httpIsKnownOnlyToThePlatform =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.howdah.server.platform")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..");

  @ArchTest
  static final ArchRule requestsAreReadOnlyInRoutes =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.howdah.server.platform")
          .and()
          .haveSimpleNameNotEndingWith("Routes")
          .and(are(not(resideInAPackage(WIRING))))
          .should()
          .dependOnClassesThat()
          .areAssignableTo(Call.class);

  @ArchTest
  static final ArchRule postgresIsUsedOnlyByDatabases =
      noClasses()
          .that(
              are(
                  not(
                      resideInAnyPackage(
                          WIRING,
                          "dev.howdah.server.copy",
                          "dev.howdah.server.database",
                          "dev.howdah.server.protection",
                          "dev.howdah.server.succession",
                          "dev.howdah.server.version",
                          "dev.howdah.server.upgrade",
                          "dev.howdah.server.telemetry",
                          "dev.howdah.server.diagnose",
                          "dev.howdah.server.transfer",
                          "dev.howdah.server.backup"))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.howdah.postgres..");

  @ArchTest
  static final ArchRule noTwoFeaturesNeedEachOther =
      slices().matching("dev.howdah.server.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule theGroundKnowsNothingOfFeatures =
      noClasses()
          .that()
          .resideInAnyPackage(
              "dev.howdah.server.platform", "dev.howdah.server.control", "dev.howdah.server.secret")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dev.howdah.server..")
                  .and(
                      not(
                          resideInAnyPackage(
                              "dev.howdah.server.platform",
                              "dev.howdah.server.control",
                              "dev.howdah.server.secret"))));

  @ArchTest
  static final ArchRule nothingKnowsTheWiring =
      noClasses()
          .that(are(not(resideInAPackage(WIRING))))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(WIRING);

  @ArchTest
  static final ArchRule timeComesFromAClockThatIsGiven =
      noClasses()
          .that(are(not(resideInAnyPackage(WIRING, "dev.howdah.server.control"))))
          .should()
          .callMethodWhere(
              call("the time of the system", "java.time.Instant", Set.of("now"))
                  .or(call("the clock of the system", "java.time.Clock", Set.of("systemUTC")))
                  .or(call("the time of the system", "java.time.InstantSource", Set.of("system")))
                  .or(
                      call(
                          "the time of the system",
                          "java.lang.System",
                          Set.of("currentTimeMillis"))));

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses().should().callMethodWhere(call("a sleep", "java.lang.Thread", Set.of("sleep")));

  @ArchTest
  static final ArchRule chanceIsGiven =
      noClasses()
          .that(are(not(resideInAPackage(WIRING))))
          .should()
          .callConstructor(java.security.SecureRandom.class)
          .orShould()
          .callConstructor(java.util.Random.class);

  @ArchTest
  static final ArchRule namesSayWhatAClassIs =
      noClasses()
          .should()
          .haveSimpleNameEndingWith("Util")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper")
          .orShould()
          .haveSimpleNameEndingWith("Manager")
          .orShould()
          .haveSimpleNameEndingWith("Impl");

  @ArchTest
  static final ArchRule nullsAreMarkedInEveryPackage =
      classes()
          .should(
              new ArchCondition<JavaClass>("be in a package that is marked for nulls") {
                @Override
                public void check(JavaClass item, ConditionEvents events) {
                  if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
                    events.add(
                        SimpleConditionEvent.violated(
                            item, item.getPackageName() + " has no @NullMarked package-info"));
                  }
                }
              });

  /** A rule about calls that sees none would hold for ever. */
  @ArchTest
  static void theRulesSeeTheCallsTheyForbid(JavaClasses classes) {
    JavaClass store = classes.get("dev.howdah.server.app.AppStore");
    assertThat(store.getMethodCallsFromSelf().stream().map(call -> (JavaCall<?>) call))
        .anyMatch(call("", "org.jdbi.v3.core.Handle", Set.of("createQuery")));
    assertThat(
            classes.stream()
                .flatMap(c -> c.getMethodCallsFromSelf().stream())
                .map(call -> (JavaCall<?>) call))
        .anyMatch(call("", "java.time.Instant", Set.of("now")))
        .anyMatch(call("", "java.time.Clock", Set.of("systemUTC")));
  }

  private static DescribedPredicate<JavaCall<?>> call(
      String description, String owner, Set<String> methods) {
    return DescribedPredicate.describe(
        description,
        call ->
            call.getTargetOwner().isAssignableTo(owner)
                && methods.contains(call.getTarget().getName()));
  }
}
