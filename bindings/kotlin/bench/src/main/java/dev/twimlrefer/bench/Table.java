package dev.twimlrefer.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Both packages in one run, as a table of ratios beside the goals. */
public final class Table {
    private static final int ROUNDS = 21;

    private Table() {}

    public static void main(String[] arguments) throws RunnerException, IOException, InterruptedException {
        if (!Documents.INSTANCE.ourDocument().equals(Documents.INSTANCE.theirDocument())) {
            throw new AssertionError(Documents.INSTANCE.ourDocument() + "\n" + Documents.INSTANCE.theirDocument());
        }
        if (!Documents.INSTANCE.ourUserToUser().equals(Documents.INSTANCE.theirUserToUser())) {
            throw new AssertionError(Documents.INSTANCE.ourUserToUser() + "\n" + Documents.INSTANCE.theirUserToUser());
        }
        Map<String, List<Double>> scores = new Runner(new OptionsBuilder().include("Measured").build()).run().stream()
            .collect(Collectors.toMap(result -> result.getPrimaryResult().getLabel(), Table::times));
        List<String> programs = List.of("OurFirst", "OurFirstUserToUser", "TheirFirst", "Nothing");
        for (int round = 0; round < ROUNDS; round++) {
            for (String program : programs) {
                scores.computeIfAbsent(program, name -> new ArrayList<>()).add(process(program));
            }
        }
        double nothing = median(scores.get("Nothing"));
        for (String program : programs) {
            scores.get(program).replaceAll(time -> time - nothing);
        }
        System.out.printf("%nminimum / median%n%-44s %17s %17s      ratio    goal%n", "job", "ours", "official");
        row("document with action and two headers", scores.get("ourDocument"), scores.get("theirDocument"), "µs", 0.15);
        row("the same with User-to-User", scores.get("ourUserToUser"), scores.get("theirUserToUser"), "µs", 0.2);
        row("verify 20 parameters, read four values", scores.get("ourVerify"), scores.get("theirVerify"), "µs", 0.9);
        row("first document of a process, above a bare one", scores.get("OurFirst"), scores.get("TheirFirst"), "ms", 0.45);
        row("the same with User-to-User", scores.get("OurFirstUserToUser"), scores.get("TheirFirst"), "ms", 0.45);
        List<Double> transfer = scores.get("ourTransfer");
        System.out.printf(
            "%-44s %8.2f /%7.2f µs, goal 25%s%n", "a transfer of five events", Collections.min(transfer), median(transfer),
            median(transfer) <= 25 ? "" : "  MISSED");
        System.out.printf("(a bare process: %.1f ms)%n", nothing);
    }

    private static List<Double> times(RunResult result) {
        return result.getBenchmarkResults().stream()
            .flatMap(fork -> fork.getIterationResults().stream())
            .map(iteration -> iteration.getPrimaryResult().getScore())
            .collect(Collectors.toList());
    }

    private static void row(String job, List<Double> ours, List<Double> theirs, String unit, double goal) {
        double ratio = median(ours) / median(theirs);
        System.out.printf(
            "%-44s %8.2f /%7.2f %8.2f /%7.2f %-3s %6.3f <= %s%s%n", job, Collections.min(ours), median(ours),
            Collections.min(theirs), median(theirs), unit, ratio, goal, ratio <= goal ? "" : "  MISSED");
    }

    /** Milliseconds of a new process. */
    private static double process(String program) throws IOException, InterruptedException {
        long started = System.nanoTime();
        Process process = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
            "dev.twimlrefer.bench." + program).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getInputStream().readAllBytes();
        if (process.waitFor() != 0) {
            throw new AssertionError(program);
        }
        return (System.nanoTime() - started) / 1e6;
    }

    private static double median(List<Double> times) {
        return times.stream().sorted().skip(times.size() / 2).findFirst().orElseThrow();
    }
}
