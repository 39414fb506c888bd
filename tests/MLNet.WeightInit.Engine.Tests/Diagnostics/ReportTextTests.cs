using MLNet.WeightInit.Engine.Diagnostics;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class ReportTextTests
{
    [Test]
    public void The_whole_text_of_a_small_report()
    {
        InitializationReport report = Reports.Create(2, new Finding(Verdict.Drifting, Severity.Note, 0, 1, "signal falls 14x over 2 hidden layers", ["init: \"He\"", "init: \"Auto\""]));
        const string Expected = """
            Healthy, with a note on Drifting: signal 1.00 to 1.00 over 2 hidden layers (theory 1.00), gradient
            x1.00 on its way back (theory x1.00), initial loss 2.31 (best constant 2.30).
            Judged for Adam(beta1=0.9, beta2=0.999, epsilon=1E-08) at a learning rate of 0.1, measured on 256
            training rows before the first step; seed -9223372036854775808.

            Layer       Size  z mean  z dev  theory  zero  satur.  dead  theory  dL/dz  theory  dL/dW  W dev
            hidden[0]  64-64       0   1.00    1.00  50 %     0 %   0 %     0 %  0.100   0.100   1.00  0.180
            hidden[1]  64-64       0   1.00    1.00  50 %     0 %   0 %     0 %  0.100   0.100   1.00  0.180
            output     64-10       0   1.00    1.00  50 %     0 %   0 %     0 %  0.100   0.100   1.00  0.180

            Tensor                 Shape  Initializer  Target dev  Why
            hidden[0-1].weights  64 x 64  he                0.177  [1]
            hidden[0-1].bias          64  zeros                 0  [2]
            output.weights       10 x 64  he                0.177  [1]
            output.bias               10  zeros                 -  [2]
            [1] ReLU halves E z², so Var W = 2 / fan-in keeps it.
            [2] Zero | by default.

            Note: Drifting, hidden[0] to hidden[1]: signal falls 14x over 2 hidden layers.
              Try init: "He" or init: "Auto"
            """;
        Assert.That(report.ToString(), Is.EqualTo(Expected.ReplaceLineEndings("\n")));
    }

    [Test]
    public void A_grave_finding_comes_first_with_its_remedy()
    {
        InitializationReport report = Reports.Create(1, new Finding(Verdict.Symmetric, Severity.Error, 0, 0, "all units are alike", ["init: \"He\""]), new Finding(Verdict.Dead, Severity.Warning, 0, 0, "units are off", []));
        Assert.That(report.ToString(), Does.StartWith("Symmetric: all units are alike. Try init: \"He\".\n"));
    }

    [TestCase(11, 12)]
    [TestCase(12, 10)]
    [TestCase(99, 10)]
    public void Long_networks_show_their_first_six_layers_and_their_last_four(int hidden, int shown)
    {
        string[] lines = Reports.Create(hidden).ToString().Split('\n');
        int start = Array.FindIndex(lines, line => line.StartsWith("Layer", StringComparison.Ordinal)) + 1;
        string[] rows = [.. lines.Skip(start).TakeWhile(line => line.Length > 0)];
        Assert.That(rows.Count(row => row != "..."), Is.EqualTo(shown));
        Assert.That(rows[5], Does.StartWith("hidden[5]"));
        Assert.That(rows[^1], Does.StartWith("output"));
        Assert.That(rows.Contains("..."), Is.EqualTo(shown != hidden + 1));
    }

    [Test]
    public void Markdown_escapes_bars_and_keeps_code()
    {
        InitializationReport report = Reports.Create(1, new Finding(Verdict.Dead, Severity.Warning, 0, 0, "a | b", ["init: \"He\"", "init: \"Auto\""]));
        Assert.That(report.ToMarkdown(), Does.Contain("| Warning | Dead | hidden[0] | a \\| b | `init: \"He\"`<br>`init: \"Auto\"` |\n"));
    }

    [TestCase(0, "0")]
    [TestCase(-0.0, "0")]
    [TestCase(1, "1.00")]
    [TestCase(-12.345, "-12.3")]
    [TestCase(0.04321, "0.0432")]
    [TestCase(0.4321, "0.432")]
    [TestCase(0.00999, "1.0e-2")]
    [TestCase(1234.4, "1,234")]
    [TestCase(2.4e-5, "2.4e-5")]
    [TestCase(1e30, "1.0e30")]
    [TestCase(double.NaN, "NaN")]
    [TestCase(double.NegativeInfinity, "-infinity")]
    public void Numbers_have_three_digits(double value, string expected) => Assert.That(NumberText.Format(value), Is.EqualTo(expected));

    [TestCase(0, "0 %")]
    [TestCase(0.0004, "<0.1 %")]
    [TestCase(0.047, "4.7 %")]
    [TestCase(0.31, "31 %")]
    [TestCase(0.9999, ">99 %")]
    [TestCase(1, "100 %")]
    public void Shares_never_claim_all_or_nothing_falsely(double share, string expected) => Assert.That(NumberText.Percent(share), Is.EqualTo(expected));

    [TestCase(1.26, "1.3x")]
    [TestCase(14.4, "14x")]
    [TestCase(41_234, "41,000x")]
    [TestCase(3.84e11, "3.8e11x")]
    [TestCase(double.PositiveInfinity, "to nothing")]
    public void Factors_have_two_digits(double factor, string expected) => Assert.That(NumberText.Factor(factor), Is.EqualTo(expected));
}
