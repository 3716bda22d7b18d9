package dev.twimlrefer.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Both packages in one run, as a table of ratios beside what was aimed at. */
public final class Table {
    private static final int ROUNDS = 21;

    private Table() {}

    public static void main(String[] arguments) throws RunnerException, IOException, InterruptedException {
        if (!Documents.INSTANCE.ourDocument().equals(Documents.INSTANCE.theirDocument())) {
            throw new AssertionError(Documents.INSTANCE.ourDocument() + "\n" + Documents.INSTANCE.theirDocument());
        }
        Map<String, Double> scores = new Runner(new OptionsBuilder().include("Measured").build()).run().stream()
            .collect(Collectors.toMap(
                result -> result.getPrimaryResult().getLabel(), result -> result.getPrimaryResult().getScore()));
        List<List<Double>> cold = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        List<String> programs = List.of("OurFirst", "TheirFirst", "Nothing");
        for (int round = 0; round < ROUNDS; round++) {
            for (int program = 0; program < programs.size(); program++) {
                cold.get(program).add(process(programs.get(program)));
            }
        }
        System.out.printf("%n%-44s %8s %8s      ratio    goal%n", "job", "ours", "official");
        row("the document with action and headers", scores.get("ourDocument"), scores.get("theirDocument"), "µs", 0.1);
        row("verify and typed parse, 20 parameters", scores.get("ourVerify"), scores.get("theirVerify"), "µs", 0.8);
        row("verify, and read the outcome alone", scores.get("ourOutcome"), scores.get("theirVerify"), "µs", 0.8);
        double nothing = median(cold.get(2));
        double ours = median(cold.get(0)) - nothing;
        row("first document of a process, above a bare one", ours, median(cold.get(1)) - nothing, "ms", 0.4);
        System.out.printf("(a bare process: %.1f ms)%n", nothing);
    }

    private static void row(String job, double ours, double theirs, String unit, double goal) {
        double ratio = ours / theirs;
        String verdict = ratio <= goal ? "" : "  MISSED";
        System.out.printf("%-44s %8.2f %8.2f %-3s %6.3f <= %s%s%n", job, ours, theirs, unit, ratio, goal, verdict);
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
