using System.Globalization;
using System.Text.Json;
using MLNet.WeightInit.Engine.Diagnostics;
using MLNet.WeightInit.Engine.Text;

namespace MLNet.WeightInit;

/// <summary>What the training came to when it was tried out in memory: the options' own optimizer, schedule, batches and seed, on a copy of the network.</summary>
/// <remarks>Made at <see cref="DiagnosticsLevel.Full"/>. Where the whole training is short enough it is the whole training, and its loss is the training's own; else it is the training's beginning.</remarks>
/// <param name="Steps">Updates that were made; fewer than were to be where a number stopped being finite.</param>
/// <param name="PlannedSteps">Updates that the training makes at most.</param>
/// <param name="Loss">Mean over the probe's rows, after the last; infinite where it stopped being finite.</param>
/// <param name="EpochLoss">Mean over the batches of its last epoch, each before its step; infinite where it stopped being finite.</param>
/// <param name="BestConstantLoss">Of the best constant prediction, by the training rows, on the probe's; <see cref="double.NaN"/> where unknown.</param>
public sealed record StartTrial(long Steps, long PlannedSteps, double Loss, double EpochLoss, double BestConstantLoss)
{
    /// <summary>Multiplications, with their additions, that a whole training may take as a trial: a second at most.</summary>
    internal const double MostProducts = 5e10;

    /// <summary>The same of a beginning, which can only show that a training learns early.</summary>
    internal const double MostProductsOfBeginning = 1e10;

    /// <summary>The same of a remedy's training and of one from another draw, which are tried out as a whole or not at all.</summary>
    internal const double MostProductsOfOthers = 2e9;

    /// <summary>A beginning of fewer steps says nothing.</summary>
    internal const int FewestSteps = 20;

    /// <summary>Member of a report's JSON.</summary>
    internal const string Member = "trial";

    /// <summary>Whether nothing of the training was left out.</summary>
    public bool IsWhole => Steps >= PlannedSteps;

    /// <summary>Whether a number stopped being finite.</summary>
    public bool HasDiverged => !double.IsFinite(Loss);

    /// <summary>Steps that a trial makes; 0 for none.</summary>
    /// <param name="products">Of one step.</param>
    /// <param name="planned">Steps of the training.</param>
    /// <param name="isOwn">Whether the training is the one that was asked for.</param>
    internal static long StepsOf(double products, long planned, bool isOwn)
    {
        if (planned * products <= (isOwn ? MostProducts : MostProductsOfOthers))
            return planned;
        long steps = isOwn ? (long)(MostProductsOfBeginning / products) : 0;
        return steps >= FewestSteps ? steps : 0;
    }

    /// <summary><c>all 280 steps of this training, tried in memory, </c>, or the first of them.</summary>
    internal string Text => IsWhole
        ? string.Create(CultureInfo.InvariantCulture, $"all {PlannedSteps:#,0} steps of this training, tried in memory, ")
        : string.Create(CultureInfo.InvariantCulture, $"the first {Steps:#,0} of {PlannedSteps:#,0} steps of this training, tried in memory, ");

    /// <summary><c>bring the loss to 0.16 (best constant 1.09)</c>.</summary>
    internal string End => HasDiverged ? "end in a loss that is no finite number" : $"bring the loss to {LossText(Loss, BestConstantLoss)}";

    /// <summary><c>0.16 (best constant 1.09)</c>.</summary>
    internal static string LossText(double loss, double bestConstant) => $"{NumberText.Format(loss)}{(double.IsNaN(bestConstant) ? "" : $" (best constant {NumberText.Format(bestConstant)})")}";

    internal static void Write(Utf8JsonWriter json, StartTrial trial)
    {
        json.WriteStartObject(Member);
        json.WriteNumber("steps", trial.Steps);
        json.WriteNumber("plannedSteps", trial.PlannedSteps);
        JsonNumbers.Write(json, "loss", trial.Loss);
        JsonNumbers.Write(json, "epochLoss", trial.EpochLoss);
        JsonNumbers.Write(json, "bestConstantLoss", trial.BestConstantLoss);
        json.WriteEndObject();
    }
}
