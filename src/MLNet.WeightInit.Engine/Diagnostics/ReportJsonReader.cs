using System.Globalization;
using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics.Details;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Reads what <see cref="ReportJsonWriter"/> wrote; ignores members and columns that it doesn't know.</summary>
internal static class ReportJsonReader
{
    public static InitializationReport Read(string json) => Parse(json, ReadReport);

    /// <summary>What <see cref="ReportJsonWriter.WritePlan(InitializationReport)"/> wrote of the tensors' hashes, by their names; empty where there are none.</summary>
    /// <exception cref="InvalidDataException">The text isn't such a plan, or is cut short.</exception>
    public static IReadOnlyDictionary<string, string> ReadHashes(string json) => Parse(json, root =>
    {
        (string Tensor, string? Hash)[] rows = ReadTable(Member(root, "plan"), "plan", ["tensor"], row => (row.Text("tensor"), row.Has(ReportJsonSchema.Hash) ? row.Text(ReportJsonSchema.Hash) : null));
        return rows.Where(row => row.Hash is not null).ToDictionary(row => row.Tensor, row => row.Hash!, StringComparer.Ordinal);
    });

    static T Parse<T>(string json, Func<JsonElement, T> read)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return read(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"An initialization report must be a whole JSON document: {exception.Message} The model file is damaged; save the model again.", exception);
        }
    }

    static InitializationReport ReadReport(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw Invalid($"the document must be an object, but is {root.ValueKind}");
        int version = Integer(Member(root, "schema"), "schema");
        if (version != InitializationReport.SchemaVersion)
            throw new InvalidDataException(
                $"The initialization report has schema version {version}; this version of MLNet.WeightInit reads version {InitializationReport.SchemaVersion}. "
                + "Use the package version that wrote the model, or a newer one.");
        string[] reasons = SharedBeginnings.Read(Elements(Member(root, "reasons"), "reasons"));
        LayerStatistics[] layers = ReadTable(Member(root, "layers"), "layers", ReportJsonSchema.LayerColumns, ReadLayer);
        return new InitializationReport
        {
            Seed = Member(root, "seed") is { ValueKind: JsonValueKind.Number } seed && seed.TryGetInt64(out long value) ? value : throw Invalid("'seed' must be a whole number"),
            Optimizer = Text(Member(root, "optimizer"), "optimizer"),
            LearningRate = Single(Member(root, "learningRate"), "learningRate"),
            Loss = root.TryGetProperty("loss", out JsonElement loss) ? Text(loss, "loss") : "",
            ProbeRows = Integer(Member(root, "probeRows"), "probeRows"),
            ProbeHash = root.TryGetProperty(ReportJsonSchema.ProbeHash, out JsonElement hash) ? Text(hash, ReportJsonSchema.ProbeHash) : null,
            InitialLoss = Number(Member(root, "initialLoss"), "initialLoss"),
            PriorLoss = Number(Member(root, "priorLoss"), "priorLoss"),
            Forecast = root.TryGetProperty(ReportJsonSchema.Forecast, out JsonElement forecast) ? ReadForecast(forecast) : null,
            Trial = root.TryGetProperty(StartTrial.Member, out JsonElement trial) ? ReadTrial(trial) : null,
            Findings = FindingsJson.Read(root),
            Draws = WeightDrawsJson.Read(root),
            Plan = ReadTable(Member(root, "plan"), "plan", ReportJsonSchema.PlanColumns, row => ReadTensor(row, reasons)),
            Layers = layers,
            Embeddings = root.TryGetProperty(ReportJsonSchema.Embeddings, out JsonElement embeddings) ? ReadTable(embeddings, ReportJsonSchema.Embeddings, ReportJsonSchema.EmbeddingColumns, ReadEmbedding) : [],
            Theory = root.TryGetProperty(NetworkTheoryJson.Member, out JsonElement theory) ? NetworkTheoryJson.Read(theory) : null,
            Level = AdviceJson.ReadLevel(root),
            LearningRateAdvice = AdviceJson.Read(root),
            Details = DetailsJson.Read(root),
            EarlyTraining = EarlyTrainingJson.Read(root, layers),
        };
    }

    internal static TrainabilityForecast ReadForecast(JsonElement element)
        => Member(element, "steps") is { ValueKind: JsonValueKind.Number } steps && steps.TryGetInt64(out long count) ? new TrainabilityForecast(Number(Member(element, "probability"), "forecast.probability"), count) : throw Invalid("'forecast.steps' must be a whole number");

    static StartTrial ReadTrial(JsonElement element) => new(Long(element, "steps"), Long(element, "plannedSteps"), Number(Member(element, "loss"), "trial.loss"), Number(Member(element, "epochLoss"), "trial.epochLoss"), Number(Member(element, "bestConstantLoss"), "trial.bestConstantLoss"));

    static long Long(JsonElement element, string name)
        => Member(element, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : throw Invalid($"'trial.{name}' must be a whole number");

    static TensorPlan ReadTensor(TableRow row, string[] reasons)
    {
        var shape = new WeightShape
        {
            FanIn = row.Integer("fanIn"),
            FanOut = row.Integer("fanOut"),
            Rows = row.Integer("rows"),
            Columns = row.Integer("columns"),
            LayerIndex = row.Integer("layerIndex"),
            Depth = row.Integer("depth"),
            Role = Name<TensorRole>(row["role"], "plan.role"),
            Activation = row.Text("activation"),
            KernelSize = row.Integer("kernelSize"),
            InputDropout = row.Has(ReportJsonSchema.InputDropout) ? Single(row[ReportJsonSchema.InputDropout], "plan.inputDropout") : 0,
            IsNormalized = row.Has(ReportJsonSchema.Normalized) && row.Integer(ReportJsonSchema.Normalized) != 0,
            ResidualBranches = IntegerOrZero(row, ReportJsonSchema.ResidualBranches),
            BranchDepth = IntegerOrZero(row, ReportJsonSchema.BranchDepth),
            BranchLayer = IntegerOrZero(row, ReportJsonSchema.BranchLayer),
        };
        int reason = row.Integer("reason");
        if ((uint)reason >= (uint)reasons.Length)
            throw Invalid($"'plan.reason' must be an index into the {reasons.Length} reasons, but is {reason}");
        double? deviation = row["targetDeviation"].ValueKind == JsonValueKind.Null ? null : row.Number("targetDeviation");
        return new TensorPlan(row.Text("tensor"), shape, row.Text("initializer"), deviation, row.Text("stream"), reasons[reason])
        {
            InitializerVersion = row.Has(ReportJsonSchema.InitializerVersion) ? row.Integer(ReportJsonSchema.InitializerVersion) : 1,
            LearningRateMultiplier = row.Has(ReportJsonSchema.LearningRateMultiplier) ? Single(row[ReportJsonSchema.LearningRateMultiplier], "plan.learningRateMultiplier") : 1,
        };
    }

    static int IntegerOrZero(TableRow row, string column) => row.Has(column) ? row.Integer(column) : 0;

    static LayerStatistics ReadLayer(TableRow row) => new()
    {
        Layer = row.Text("layer"),
        Activation = row.Text("activation"),
        Inputs = row.Integer("inputs"),
        Outputs = row.Integer("outputs"),
        PreActivationMean = row.Number("preActivationMean"),
        PreActivationDeviation = row.Number("preActivationDeviation"),
        PredictedDeviation = row.Number("predictedDeviation"),
        OutputMean = row.Number("outputMean"),
        OutputDeviation = row.Number("outputDeviation"),
        ZeroFraction = row.Number("zeroFraction"),
        SaturatedFraction = row.Number("saturatedFraction"),
        DeadFraction = row.Number("deadFraction"),
        PredictedDeadFraction = row.Number("predictedDeadFraction"),
        PreActivationGradientNorm = row.Number("preActivationGradientNorm"),
        PredictedGradientNorm = row.Number("predictedGradientNorm"),
        WeightGradientNorm = row.Number("weightGradientNorm"),
        WeightDeviation = row.Number("weightDeviation"),
        IdenticalFraction = row.Number("identicalFraction"),
        ParallelFraction = row.Number("parallelFraction"),
    };

    static EmbeddingStatistics ReadEmbedding(TableRow row) => new()
    {
        Embedding = row.Text("embedding"),
        Rows = row.Integer("rows"),
        Dimensions = row.Integer("dimensions"),
        Seen = row.Integer("seen"),
        Deviation = row.Number("deviation"),
        PredictedDeviation = row.Number("predictedDeviation"),
        GradientNorm = row.Number("gradientNorm"),
    };

    internal static TRow[] ReadTable<TRow>(JsonElement table, string name, IReadOnlyList<string> required, Func<TableRow, TRow> read)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonElement column in Elements(Member(table, "columns"), $"{name}.columns"))
            positions[Text(column, $"{name}.columns")] = positions.Count;
        foreach (string column in required)
            if (!positions.ContainsKey(column))
                throw Invalid($"table '{name}' must have a column '{column}'");
        return Elements(Member(table, "rows"), $"{name}.rows").Select(cells =>
        {
            if (cells.ValueKind != JsonValueKind.Array || cells.GetArrayLength() != positions.Count)
                throw Invalid($"a row of table '{name}' must be an array of {positions.Count} cells");
            return read(new TableRow(name, positions, cells));
        }).ToArray();
    }

    /// <summary>One row of a table, by column name.</summary>
    internal readonly struct TableRow(string table, Dictionary<string, int> positions, JsonElement cells)
    {
        public bool Has(string column) => positions.ContainsKey(column);

        public JsonElement this[string column] => cells[positions[column]];

        public string Text(string column) => ReportJsonReader.Text(this[column], $"{table}.{column}");

        public int Integer(string column) => ReportJsonReader.Integer(this[column], $"{table}.{column}");

        public double Number(string column) => ReportJsonReader.Number(this[column], $"{table}.{column}");
    }

    internal static JsonElement Member(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : throw Invalid($"member '{name}' is missing");

    internal static IEnumerable<JsonElement> Elements(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : throw Invalid($"'{name}' must be an array, but is {element.ValueKind}");

    public static string Text(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Invalid($"'{name}' must be a string, but is {element.ValueKind}");

    public static int Integer(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value)
            ? value
            : throw Invalid($"'{name}' must be a whole number of 32 bits, but is {element.GetRawText()}");

    internal static double Number(JsonElement element, string name)
        => JsonNumbers.Read(element) ?? throw Invalid($"'{name}' must be a number, \"NaN\", \"Infinity\" or \"-Infinity\", but is {element.GetRawText()}");

    /// <summary>Read as Single, not narrowed from Double: the shortest text of a Single means that Single.</summary>
    static float Single(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Number ? float.Parse(element.GetRawText(), CultureInfo.InvariantCulture) : (float)Number(element, name);

    public static TEnum Name<TEnum>(JsonElement element, string name) where TEnum : struct, Enum
        => Enum.GetNames<TEnum>().Contains(Text(element, name), StringComparer.Ordinal)
            ? Enum.Parse<TEnum>(element.GetString()!)
            : throw Invalid($"'{name}' must be one of {string.Join(", ", Enum.GetNames<TEnum>())}, but is '{element.GetString()}'");

    internal static InvalidDataException Invalid(string what) => new($"The initialization report is not valid: {what}. The model file is damaged; save the model again.");
}
