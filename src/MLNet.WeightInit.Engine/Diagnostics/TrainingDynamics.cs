using MLNet.WeightInit.Engine.Text;
using MLNet.WeightInit.Engine.Training.Optimizers;

namespace MLNet.WeightInit.Engine.Diagnostics;

/// <summary>What the findings need to know of the optimizer: a bad signal that it mends is a note.</summary>
/// <param name="Name">As the options spell it.</param>
/// <param name="DividesBySize">True for Adam, AdamW, RMSProp, LAMB and Lion: a step has the size of the learning rate, however small the gradient, down to <paramref name="Epsilon"/>.</param>
/// <param name="Epsilon">Of gradient elements below it a step takes less than half of the rate; 0 for Lion, whose step is the sign alone, and for the optimizers that don't divide.</param>
internal readonly record struct TrainingDynamics(string Name, bool DividesBySize, double Epsilon)
{
    public static TrainingDynamics Of(Optimizer optimizer)
    {
        // Exactly the optimizers that divide by a running size have an epsilon to guard the division, and a sign is a gradient divided by its own.
        double epsilon = SpecificationText.Parse(optimizer.Specification, "optimizer").ReadDouble("epsilon", 0);
        return new TrainingDynamics(optimizer.Name, epsilon > 0 || optimizer is Lion, epsilon);
    }
}
