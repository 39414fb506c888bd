using MLNet.WeightInit.Engine.Network;
using MLNet.WeightInit.Engine.Training;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>Turns a plan and a probe into the report.</summary>
internal static class ReportBuilder
{
    /// <param name="plan">As executed: calibrated, with overrides.</param>
    /// <param name="probe">Measured before the first step.</param>
    /// <param name="options">The training that follows: optimizer, learning rate, loss.</param>
    /// <param name="probeFeatures">The probe batch as the network saw it (standardized), row-major [rows × inputs].</param>
    /// <param name="priorLoss">Loss of the best constant prediction on the training rows: the label's entropy, or half or whole its variance, as the loss defines it; NaN where unknown.</param>
    /// <param name="seed">The seed that the model was trained with.</param>
    public static InitializationReport Build(InitializationPlan plan, NetworkProbe probe, TrainingOptions options, ReadOnlySpan<float> probeFeatures, double priorLoss, long seed)
        => throw new NotImplementedException();
}
