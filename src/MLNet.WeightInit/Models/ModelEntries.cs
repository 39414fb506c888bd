using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLNet.WeightInit.Engine.Diagnostics;

namespace MLNet.WeightInit;

/// <summary>How a model lies in ML.NET's zip: the history in the main stream, the network in the engine's own format beside it, the report as JSON that any tool can read.</summary>
/// <remarks>Nothing in it depends on clock, thread count or path: two fits that are equal give equal entries.</remarks>
internal static class ModelEntries
{
    const string NetworkEntry = "Network.bin";
    const string ReportFolder = "Initialization";
    const string ReportEntry = "report.json";

    /// <summary>The report's plan once more, for readers of the zip, with the hashes of what tensors started from; files of earlier releases have none.</summary>
    const string PlanEntry = "plan.json";

    /// <summary>What keys and slots meant in the training data; absent where nothing had names, and from files of earlier releases.</summary>
    const string ColumnsEntry = "columns.json";
    const uint FirstVersion = 0x00010001;

    /// <summary>The history has metrics and gradient norms.</summary>
    const uint HistoryMetricsVersion = 0x00010002;

    /// <summary>The history has losses and metrics of each of several labels: models of one label stay what they were.</summary>
    const uint HistoryHeadsVersion = 0x00010003;

    /// <param name="signature">Exactly 8 characters.</param>
    /// <param name="loaderSignature">Name under which ML.NET finds the class that loads; at most 24 characters.</param>
    /// <param name="hasHeads">Whether the model is of several labels.</param>
    public static VersionInfo Version(string signature, string loaderSignature, bool hasHeads = false) => new(
        modelSignature: signature,
        verWrittenCur: hasHeads ? HistoryHeadsVersion : HistoryMetricsVersion,
        verReadableCur: hasHeads ? HistoryHeadsVersion : HistoryMetricsVersion,
        verWeCanReadBack: FirstVersion,
        loaderAssemblyName: typeof(ModelEntries).Assembly.FullName!,
        loaderSignature: loaderSignature);

    public static void Save(ModelSaveContext context, INeuralNetModel model)
    {
        HistoryStream.Write(context.Writer, model.History);
        if (model is NeuralNetHeadsModelParameters)
            HistoryStream.WriteHeads(context.Writer, model.History);
        context.SaveBinaryStream(NetworkEntry, writer => model.Network.Save(writer.BaseStream));
        Write(context, PlanEntry, ReportJsonWriter.WritePlan(model.Initialization));
        Write(context, ReportEntry, model.Initialization.ToJson());
    }

    public static void SaveColumns(ModelSaveContext context, IReadOnlyList<ColumnMeaning> columns)
    {
        if (columns.Count > 0)
            Write(context, ColumnsEntry, ColumnsJson.Write(columns));
    }

    /// <exception cref="InvalidDataException">The entry is damaged.</exception>
    public static IReadOnlyList<ColumnMeaning> LoadColumns(ModelLoadContext context) => Read(context, ColumnsEntry) is { } json ? ColumnsJson.Read(json) : [];

    static void Write(ModelSaveContext context, string name, string json)
    {
        using Repository.Entry entry = context.Repository.CreateEntry(Path.Combine(context.Directory ?? "", ReportFolder), name);
        entry.Stream.Write(Encoding.UTF8.GetBytes(json));
    }

    public static (FeedForwardNetwork Network, InitializationReport Report, TrainingHistory History) Load(IHost host, ModelLoadContext context)
    {
        host.CheckDecode(context.Repository is not null, "A neural network is saved in several streams and can't be loaded from a single one.");
        TrainingHistory history = HistoryStream.Read(host, context.Reader, hasMetrics: context.Header.ModelVerWritten >= HistoryMetricsVersion);
        if (context.Header.ModelVerWritten >= HistoryHeadsVersion)
            history = HistoryStream.ReadHeads(host, context.Reader, history);
        FeedForwardNetwork? network = null;
        context.TryLoadBinaryStream(NetworkEntry, reader => network = FeedForwardNetwork.Load(reader.BaseStream));
        host.CheckDecode(network is not null, $"The model has no entry '{NetworkEntry}': the file is damaged or was edited.");
        string? report = Read(context, ReportEntry), plan = Read(context, PlanEntry);
        host.CheckDecode(report is not null, $"The model has no entry '{ReportFolder}/{ReportEntry}': the file is damaged or was edited.");
        InitializationReport read = InitializationReport.FromJson(report!);
        return (network!, plan is null ? read : read.With(ReportJsonReader.ReadHashes(plan)), history);
    }

    static string? Read(ModelLoadContext context, string name)
    {
        using Repository.Entry? entry = context.Repository!.OpenEntryOrNull(Path.Combine(context.Directory ?? "", ReportFolder), name);
        if (entry is null)
            return null;
        using var text = new StreamReader(entry.Stream, Encoding.UTF8);
        return text.ReadToEnd();
    }
}
