using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace MLNet.WeightInit.Engine.Tests.Diagnostics;

public class ReportJsonTests
{
    static readonly Finding s_finding = new(Verdict.VanishingGradient, Severity.Warning, 0, 2, "gradient falls 41,000x; \"quoted\" σ < 1", ["init: \"He\"", "hiddenLayers: [64, 64]"]);

    [Test]
    public void What_is_written_reads_back_equal()
    {
        InitializationReport report = Reports.Create(3, s_finding), read = InitializationReport.FromJson(report.ToJson());
        using (Assert.EnterMultipleScope())
        {
            foreach (PropertyInfo property in typeof(InitializationReport).GetProperties().Where(property => property.Name != nameof(InitializationReport.Findings)))
                Assert.That(property.GetValue(read), Is.EqualTo(property.GetValue(report)), property.Name);
            Assert.That(read.Findings.Single() with { Remedies = s_finding.Remedies }, Is.EqualTo(s_finding));
            Assert.That(read.Findings.Single().Remedies, Is.EqualTo(s_finding.Remedies));
            Assert.That(read.ToJson(), Is.EqualTo(report.ToJson()));
        }
    }

    [Test]
    public void A_plan_under_dropout_reads_back_equal_and_one_without_has_no_column_for_it()
    {
        InitializationReport plain = Reports.Create(1);
        var report = new InitializationReport
        {
            Findings = plain.Findings,
            Plan = [.. plain.Plan.Select(row => new TensorPlan(row.Tensor, row.Shape with { InputDropout = row.Shape.LayerIndex * 0.3f }, row.Initializer, row.TargetDeviation, row.Stream, row.Reason))],
            Layers = plain.Layers,
            Seed = plain.Seed,
            Optimizer = plain.Optimizer,
            Loss = plain.Loss,
            LearningRate = plain.LearningRate,
            ProbeRows = plain.ProbeRows,
            InitialLoss = plain.InitialLoss,
            PriorLoss = plain.PriorLoss,
        };
        Assert.That(InitializationReport.FromJson(report.ToJson()).Plan, Is.EqualTo(report.Plan));
        Assert.That(plain.ToJson(), Does.Not.Contain("inputDropout"), "reports of earlier releases have none");
    }

    [Test]
    public void The_version_of_an_initializer_reads_back_and_1_is_not_written()
    {
        InitializationReport plain = Reports.Create(1);
        var report = new InitializationReport
        {
            Findings = plain.Findings,
            Plan = [.. plain.Plan.Select(row => row with { InitializerVersion = row.Shape.LayerIndex + 1 })],
            Layers = plain.Layers,
            Seed = plain.Seed,
            Optimizer = plain.Optimizer,
            Loss = plain.Loss,
            LearningRate = plain.LearningRate,
            ProbeRows = plain.ProbeRows,
            InitialLoss = plain.InitialLoss,
            PriorLoss = plain.PriorLoss,
        };
        Assert.That(InitializationReport.FromJson(report.ToJson()).Plan, Is.EqualTo(report.Plan));
        Assert.That(plain.ToJson(), Does.Not.Contain("initializerVersion"), "reports of earlier releases have none");
    }

    [Test]
    public void The_loss_reads_back_and_may_be_missing()
    {
        string json = Reports.Create(1).ToJson();
        Assert.That(InitializationReport.FromJson(json).Loss, Is.EqualTo("Huber(delta=2)"));
        string before = json.Replace("\"Huber(delta=2)\"", "").Replace("\"loss\":,", "").Replace("\"loss\": ,", "");
        Assert.That(before, Does.Not.Contain("\"loss\""));
        Assert.That(InitializationReport.FromJson(before).Loss, Is.Empty);
    }

    [TestCase(double.NaN)]
    [TestCase(double.PositiveInfinity)]
    [TestCase(double.NegativeInfinity)]
    [TestCase(double.MaxValue)]
    [TestCase(double.Epsilon)]
    [TestCase(0.1 + 0.2)]
    [TestCase(-0.0)]
    public void Every_number_survives_to_the_bit(double value)
    {
        InitializationReport report = Reports.Create(1);
        foreach (PropertyInfo property in typeof(LayerStatistics).GetProperties().Where(property => property.PropertyType == typeof(double)))
            property.SetValue(report.Layers[0], value);
        LayerStatistics read = InitializationReport.FromJson(report.ToJson()).Layers[0];
        using (Assert.EnterMultipleScope())
            foreach (PropertyInfo property in typeof(LayerStatistics).GetProperties().Where(property => property.PropertyType == typeof(double)))
                Assert.That(BitConverter.DoubleToInt64Bits((double)property.GetValue(read)!), Is.EqualTo(BitConverter.DoubleToInt64Bits(value)), property.Name);
    }

    /// <summary>Distinct values everywhere: two columns that were swapped would show.</summary>
    [Test]
    public void Every_column_keeps_its_own_value()
    {
        InitializationReport report = Reports.Create(1);
        double next = 0.125;
        foreach (PropertyInfo property in typeof(LayerStatistics).GetProperties().Where(property => property.PropertyType == typeof(double)))
            property.SetValue(report.Layers[0], next++);
        Assert.That(InitializationReport.FromJson(report.ToJson()).Layers[0], Is.EqualTo(report.Layers[0]));
    }

    [Test]
    public void A_hundred_layers_stay_under_64_KB()
        => Assert.That(System.Text.Encoding.UTF8.GetByteCount(Reports.Create(99, s_finding).ToJson()), Is.LessThan(64 * 1024));

    [Test]
    public void Text_and_JSON_do_not_depend_on_the_culture()
    {
        InitializationReport report = Reports.Create(2, s_finding);
        (string json, string text) = (report.ToJson(), report.ToString());
        CultureInfo before = CultureInfo.CurrentCulture;
        var odd = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        odd.NumberFormat.NumberDecimalSeparator = ",";
        odd.NumberFormat.NegativeSign = "~";
        odd.NumberFormat.NumberGroupSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = odd;
            Assert.That(report.ToJson(), Is.EqualTo(json));
            Assert.That(report.ToString(), Is.EqualTo(text));
            Assert.That(InitializationReport.FromJson(json).ToJson(), Is.EqualTo(json));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Test]
    public void A_report_cut_anywhere_is_one_kind_of_error()
    {
        string json = Reports.Create(1, s_finding).ToJson();
        for (int length = 0; length < json.Length; length++)
            Assert.That(() => InitializationReport.FromJson(json[..length]), Throws.TypeOf<InvalidDataException>().With.Message.Contains("initialization report"), $"{length} characters");
    }

    /// <summary>Every member and every cell, replaced by null or taken away, is an error or (where null is a value) is read; never another exception.</summary>
    [Test]
    public void A_damaged_report_is_one_kind_of_error()
    {
        string json = Reports.Create(1, s_finding).ToJson();
        int damages = 0;
        foreach (JsonNode? replacement in new JsonNode?[] { null, JsonValue.Create("odd"), JsonValue.Create(1.5), new JsonArray() })
            for (int target = 0; ; target++)
            {
                JsonNode root = JsonNode.Parse(json)!;
                if (!Replace(root, target, replacement))
                    break;
                damages++;
                try
                {
                    InitializationReport.FromJson(root.ToJsonString());
                }
                catch (InvalidDataException)
                {
                }
            }
        Assert.That(damages, Is.GreaterThan(400));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void Another_schema_version_says_so(int version)
        => Assert.That(() => InitializationReport.FromJson(Reports.Create(1).ToJson().Replace("\"schema\":1", $"\"schema\":{version}", StringComparison.Ordinal)),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains($"schema version {version}"));

    [Test]
    public void Members_of_later_versions_are_ignored()
    {
        JsonNode root = JsonNode.Parse(Reports.Create(1).ToJson())!;
        root["chi"] = 1.0;
        root["layers"]!["columns"]!.AsArray().Insert(0, "kurtosis");
        foreach (JsonNode? row in root["layers"]!["rows"]!.AsArray())
            row!.AsArray().Insert(0, 3.0);
        Assert.That(InitializationReport.FromJson(root.ToJsonString()).ToJson(), Is.EqualTo(Reports.Create(1).ToJson()));
    }

    /// <summary>Replaces the member or element that is the <paramref name="target"/>-th from the root; false where there are fewer.</summary>
    static bool Replace(JsonNode root, int target, JsonNode? replacement)
    {
        int count = 0;
        return Walk(root);

        bool Walk(JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (string name in members.Select(member => member.Key).ToArray())
                    {
                        if (count++ == target)
                        {
                            members[name] = replacement?.DeepClone();
                            return true;
                        }
                        if (Walk(members[name]))
                            return true;
                    }
                    return false;
                case JsonArray elements:
                    for (int i = 0; i < elements.Count; i++)
                    {
                        if (count++ == target)
                        {
                            elements[i] = replacement?.DeepClone();
                            return true;
                        }
                        if (Walk(elements[i]))
                            return true;
                    }
                    return false;
                default:
                    return false;
            }
        }
    }
}
