package dev.howdah.postgres.tls;

import dev.howdah.postgres.PostgresException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Howdah's own certificate authority: one elliptic-curve key per data root, made at first use and
 * kept readable to Howdah alone. Clients that want {@code sslmode=verify-full} trust {@link
 * #certificateFile}. Safe for use by many threads.
 */
public final class CertificateAuthority {

  private static final String SIGNATURE = "SHA256withECDSA";
  private static final Duration OWN_LIFE = Duration.ofDays(20 * 365);
  private static final Duration SERVER_LIFE = Duration.ofDays(397);

  /** Certificates begin a little in the past, for clients whose clock is slow. */
  private static final Duration HEAD_START = Duration.ofHours(1);

  /** How every local client may call the server. */
  private static final List<String> LOCAL_NAMES = List.of("localhost", "127.0.0.1", "::1");

  /** What looks like an address goes into the certificate as one. */
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** X.509 caps the common name at 64 characters; clients only look at the alternative names. */
  private static final int LONGEST_COMMON_NAME = 64;

  private final Path certificateFile;
  private final X509Certificate certificate;
  private final PrivateKey key;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  private CertificateAuthority(
      Path certificateFile, X509Certificate certificate, PrivateKey key, Clock clock) {
    this.certificateFile = certificateFile;
    this.certificate = certificate;
    this.key = key;
    this.clock = clock;
  }

  /** Opens the authority kept in a directory, and makes it when there is none yet. */
  public static CertificateAuthority open(Path secrets, Clock clock) {
    Path file = secrets.resolve("ca.pem");
    try {
      Files.createDirectories(
          secrets,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      // Certificate and key are one file first, so that no crash leaves one without the other.
      Path both = secrets.resolve("ca-key.pem");
      if (!Files.exists(both)) {
        create(both, clock);
      }
      String pem = Files.readString(both);
      X509Certificate certificate = Pem.certificate(pem);
      PrivateKey key = Pem.privateKey(pem);
      if (!Files.exists(file)) {
        write(file, Pem.of(certificate));
      }
      return new CertificateAuthority(file, certificate, key, clock);
    } catch (IOException | GeneralSecurityException e) {
      throw new PostgresException(
          "could not open the certificate authority in " + secrets + ": " + e.getMessage(), e);
    }
  }

  /** The authority's certificate, PEM: the file to give to clients. Its key is elsewhere. */
  public Path certificateFile() {
    return certificateFile;
  }

  /** The authority's certificate as PEM text. */
  public String certificatePem() {
    return Pem.of(certificate);
  }

  /**
   * Issues a new server certificate.
   *
   * @param names host names and addresses that clients may use; {@code localhost}, {@code
   *     127.0.0.1} and {@code ::1} are always added
   */
  public ServerCertificate issue(Collection<String> names) {
    try {
      Set<String> all = withLocalNames(names);
      Instant now = clock.instant();
      KeyPair pair = newKey();
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              certificate,
              serial(random),
              Date.from(now.minus(HEAD_START)),
              Date.from(now.plus(SERVER_LIFE)),
              named(all.iterator().next()),
              pair.getPublic());
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(
              Extension.extendedKeyUsage,
              false,
              new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth))
          .addExtension(
              Extension.subjectAlternativeName,
              false,
              new GeneralNames(
                  all.stream().map(CertificateAuthority::general).toArray(GeneralName[]::new)))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(certificate));
      X509Certificate issued = sign(builder, key);
      return new ServerCertificate(Pem.of(issued) + Pem.of(certificate), Pem.of(pair.getPrivate()));
    } catch (GeneralSecurityException | CertIOException e) {
      throw new PostgresException("could not issue a certificate: " + e.getMessage(), e);
    }
  }

  /**
   * Whether a certificate should be replaced: it is not ours, lacks one of the names, or has used
   * up two thirds of its life.
   */
  public boolean needsRenewal(String certificatePem, Collection<String> names) {
    try {
      X509Certificate issued = Pem.certificate(certificatePem);
      issued.verify(certificate.getPublicKey());
      Instant begin = issued.getNotBefore().toInstant();
      Duration life = Duration.between(begin, issued.getNotAfter().toInstant());
      if (clock.instant().isAfter(begin.plus(life.multipliedBy(2).dividedBy(3)))) {
        return true;
      }
      return !alternativeNames(issued).containsAll(canonical(withLocalNames(names)));
    } catch (GeneralSecurityException e) {
      return true;
    }
  }

  private static void create(Path file, Clock clock) throws GeneralSecurityException, IOException {
    Instant now = clock.instant();
    KeyPair pair = newKey();
    X500Name name = named("Howdah certificate authority");
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            serial(new SecureRandom()),
            Date.from(now.minus(HEAD_START)),
            Date.from(now.plus(OWN_LIFE)),
            name,
            pair.getPublic());
    builder
        .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
        .addExtension(
            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
        .addExtension(
            Extension.subjectKeyIdentifier,
            false,
            new JcaX509ExtensionUtils().createSubjectKeyIdentifier(pair.getPublic()));
    write(file, Pem.of(sign(builder, pair.getPrivate())) + Pem.of(pair.getPrivate()));
  }

  private static X509Certificate sign(JcaX509v3CertificateBuilder builder, PrivateKey key)
      throws GeneralSecurityException {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** An elliptic-curve key costs 8 ms where an RSA key costs 200: it is on the path of a create. */
  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static X500Name named(String name) {
    String common =
        name.length() <= LONGEST_COMMON_NAME ? name : name.substring(0, LONGEST_COMMON_NAME);
    return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, common).build();
  }

  private static BigInteger serial(SecureRandom random) {
    return new BigInteger(127, random).setBit(126);
  }

  private static Set<String> withLocalNames(Collection<String> names) {
    Set<String> all = new LinkedHashSet<>(names);
    all.addAll(LOCAL_NAMES);
    return all;
  }

  private static GeneralName general(String name) {
    int kind = ADDRESS.matcher(name).matches() ? GeneralName.iPAddress : GeneralName.dNSName;
    return new GeneralName(kind, name);
  }

  /** The names as Java spells them when it reads them from a certificate. */
  private Set<String> canonical(Set<String> names) throws GeneralSecurityException {
    Set<String> canonical = new LinkedHashSet<>();
    for (String name : names) {
      canonical.add(
          ADDRESS.matcher(name).matches()
              ? java.net.InetAddress.ofLiteral(name).getHostAddress()
              : name);
    }
    return canonical;
  }

  private static Set<String> alternativeNames(X509Certificate certificate)
      throws GeneralSecurityException {
    Set<String> names = new LinkedHashSet<>();
    Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
    if (alternatives != null) {
      for (List<?> alternative : new ArrayList<>(alternatives)) {
        names.add(String.valueOf(alternative.get(1)));
      }
    }
    return names;
  }

  private static void write(Path file, String text) throws IOException {
    Path partial =
        Files.createTempFile(
            file.toAbsolutePath().getParent(),
            ".ca",
            "",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(partial, text);
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
